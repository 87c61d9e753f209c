import { expect, test, vi } from 'vitest';
import { type CaptureFile, type FileWish, openCapture } from '../../../../src/capture/recorders/capture-file.ts';

/** Packets of four bytes each; a disk that notes each write, and takes `room` bytes. */
async function captureOf(wish: Partial<FileWish>, room = Infinity) {
  const writes: { path: string; text: string }[] = [];
  const truncated: number[] = [];
  const endings: unknown[] = [];
  let left = room;
  const files = {
    now: () => 0,
    remove: () => undefined,
    create: async (path: string) => ({
      write: async (parts: readonly Buffer[]) => {
        const all = Buffer.concat(parts);
        const written = Math.min(all.length, left);
        left -= written;
        writes.push({ path, text: all.toString('latin1', 0, written) });
        return { written, error: written < all.length ? Object.assign(new Error(), { code: 'ENOSPC' }) : undefined };
      },
      truncate: async (length: number) => void truncated.push(length),
      close: async () => undefined,
    }),
  };
  const format = {
    cut: (part: Buffer, limit: number) => Math.max(0, Math.min(part.length, limit) & ~3),
    count: (part: Buffer) => part.length / 4,
  };
  const file = await openCapture(files, { path: 'x', maxSize: undefined, ring: undefined, ...wish }, format);
  file.onEnding((ending) => endings.push(ending));
  return { file, writes, truncated, endings };
}

const write = (file: CaptureFile, ...texts: readonly string[]) =>
  texts.forEach((text) => file.write(Buffer.from(text)));

test('what comes in small pieces is written together, in its order, the beginning by itself', async () => {
  const { file, writes } = await captureOf({});
  file.begin(Buffer.from('HEAD'));
  write(file, 'aaaa', 'bbbb', 'cccc');
  expect(writes).toEqual([]);
  await vi.waitFor(() => expect(writes[0]?.text).toBe('HEAD'));
  await file.close();
  expect(writes.map(({ text }) => text)).toEqual(['HEAD', 'aaaabbbbcccc']);
  expect(file.written()).toEqual({ packets: 3, bytes: 16 });
  expect(file.waiting()).toBe(0);
});

test('a single piece is written too, when nothing more comes', async () => {
  const { file, writes } = await captureOf({});
  write(file, 'aaaa');
  await vi.waitFor(() => expect(writes.map(({ text }) => text)).toEqual(['aaaa']));
  await file.close();
  expect(writes).toHaveLength(1);
});

test('who reads along gets each piece at once', async () => {
  const { file, writes } = await captureOf({ path: '-' });
  write(file, 'aaaa');
  expect(writes.map(({ text }) => text)).toEqual(['aaaa']);
  await file.close();
});

test('a ring and a largest size part pieces that were gathered between two packets', async () => {
  const { file, writes, endings } = await captureOf({ ring: { files: 9, size: 14 }, maxSize: 30 });
  file.begin(Buffer.from('HEAD'));
  write(file, 'aaaa', 'bbbb', 'ccccdddd', 'eeeeffff');
  await file.close();
  const inFile = new Map<string, string>();
  for (const { path, text } of writes) inFile.set(path, (inFile.get(path) ?? '') + text);
  expect([...inFile.values()]).toEqual(['HEADaaaabbbb', 'HEADccccdddd', 'HEAD']);
  expect(endings).toEqual([{ kind: 'full' }]);
  expect(file.written().packets).toBe(4);
});

test('a disk that becomes full: whole packets stay', async () => {
  const { file, truncated, endings } = await captureOf({}, 10);
  write(file, 'aaaa', 'bbbb', 'cccc');
  await file.close();
  expect(truncated).toEqual([0, 8]);
  expect(endings).toEqual([{ kind: 'failed', message: 'no space left for x' }]);
  expect(file.written()).toEqual({ packets: 2, bytes: 8 });
});
