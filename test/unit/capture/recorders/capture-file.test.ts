import { describe, expect, test } from 'vitest';
import { type FileWish, openCapture } from '../../../../src/capture/recorders/capture-file.ts';
import type { Ending } from '../../../../src/capture/recorders/recorder.ts';

/** A "packet" is 4 bytes here; what is behind the last whole one is torn. */
const FORMAT = {
  cut: (part: Buffer, limit: number) => Math.floor(Math.min(part.length, limit) / 4) * 4,
  count: (part: Buffer) => part.length / 4,
};

/** A disk in memory that takes so many bytes in all. */
function disk(room = Infinity) {
  const files = new Map<string, string>();
  let left = room;
  return {
    files,
    now: () => Date.parse('2026-11-24T06:15:00Z'),
    remove: (path: string) => void files.delete(path),
    create: async (path: string) => {
      files.set(path, '');
      return {
        write: async (parts: readonly Buffer[]) => {
          const all = Buffer.concat(parts);
          const written = Math.min(left, all.length);
          left -= written;
          files.set(path, files.get(path)! + all.toString('latin1', 0, written));
          const error = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          return { written, error: written < all.length ? error : undefined };
        },
        truncate: async (length: number) => void files.set(path, files.get(path)!.slice(0, length)),
        close: async () => undefined,
      };
    },
  };
}

const wish = (over: Partial<FileWish> = {}): FileWish => ({
  path: '/a/b.pcap',
  maxSize: undefined,
  ring: undefined,
  ...over,
});

async function capture(on: ReturnType<typeof disk>, over: Partial<FileWish>, ...packets: readonly string[]) {
  const file = await openCapture(on, wish(over), FORMAT);
  const endings: Ending[] = [];
  file.onEnding((ending) => endings.push(ending));
  file.begin(Buffer.from('HEAD'));
  for (const each of packets) file.write(Buffer.from(each));
  await file.close();
  return { ...file.written(), files: Object.fromEntries(on.files), endings, paths: file.paths() };
}

test('what it begins with, then packets in their order', async () => {
  expect(await capture(disk(), {}, 'aaaabbbb', 'cccc')).toEqual({
    packets: 3,
    bytes: 16,
    files: { '/a/b.pcap': 'HEADaaaabbbbcccc' },
    endings: [],
    paths: ['/a/b.pcap'],
  });
});

test('nothing but its beginning', async () => {
  expect(await capture(disk(), {})).toMatchObject({ packets: 0, bytes: 4, files: { '/a/b.pcap': 'HEAD' } });
});

test('a largest size is not passed, and said once', async () => {
  expect(await capture(disk(), { maxSize: 15 }, 'aaaabbbb', 'cccc', 'dddd')).toMatchObject({
    packets: 2,
    files: { '/a/b.pcap': 'HEADaaaabbbb' },
    endings: [{ kind: 'full' }],
  });
});

describe('a full disk', () => {
  test.each([
    [9, 'HEADaaaa', 1],
    [12, 'HEADaaaabbbb', 2],
    [6, 'HEAD', 0],
    [3, '', 0],
  ])('after %s bytes: whole packets stay', async (room, text, packets) => {
    expect(await capture(disk(room), {}, 'aaaabbbbcccc')).toMatchObject({
      packets,
      files: { '/a/b.pcap': text },
      endings: [{ kind: 'failed', message: 'no space left for /a/b.pcap' }],
    });
  });
});

test('a ring: each file begins as the first did, what came to the beginning since too; the oldest goes', async () => {
  const on = disk();
  const file = await openCapture(on, wish({ ring: { files: 2, size: 14 } }), FORMAT);
  file.begin(Buffer.from('HEAD'));
  file.write(Buffer.from('aaaabbbbcccc'));
  file.begin(Buffer.from('MORE'));
  file.write(Buffer.from('dddd'));
  await file.close();
  expect(Object.fromEntries(on.files)).toEqual({
    '/a/b_00002_20261124061500.pcap': 'HEADccccMORE',
    '/a/b_00003_20261124061500.pcap': 'HEADMOREdddd',
  });
  expect(file.paths()).toEqual([...on.files.keys()]);
  expect(file.written().packets).toBe(4);
});
