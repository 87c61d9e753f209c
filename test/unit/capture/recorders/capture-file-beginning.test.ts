import { expect, test } from 'vitest';
import { openCapture } from '../../../../src/capture/recorders/capture-file.ts';

const FORMAT = {
  cut: (part: Buffer, limit: number) => Math.floor(Math.min(part.length, Math.max(0, limit)) / 4) * 4,
  count: (part: Buffer) => part.length / 4,
};

/** A disk in memory on which every file holds something already. */
function disk() {
  const files = new Map<string, string>();
  return {
    files,
    now: () => 0,
    remove: (path: string) => void files.delete(path),
    create: async (path: string) => {
      files.set(path, 'OLD');
      return {
        write: async (parts: readonly Buffer[]) => {
          const all = Buffer.concat(parts);
          files.set(path, files.get(path)! + all.toString());
          return { written: all.length, error: undefined };
        },
        truncate: async (length: number) => void files.set(path, files.get(path)!.slice(0, length)),
        close: async () => undefined,
      };
    },
  };
}

test('an earlier capture stays until the new one brings something', async () => {
  const on = disk();
  const file = await openCapture(on, { path: 'a', maxSize: undefined, ring: undefined }, FORMAT);
  expect([...on.files.values()]).toEqual(['OLD']);
  file.begin(Buffer.from('HEAD'));
  file.write(Buffer.from('aaaa'));
  await file.close();
  expect([...on.files.values()]).toEqual(['HEADaaaa']);
});

test('files of a ring that are smaller than what they begin with have packets all the same', async () => {
  const on = disk();
  const file = await openCapture(on, { path: 'a', maxSize: undefined, ring: { files: 3, size: 4 } }, FORMAT);
  file.begin(Buffer.from('HEAD'));
  file.begin(Buffer.from('MORE'));
  file.write(Buffer.from('aaaabbbb'));
  await file.close();
  file.write(Buffer.from('cccc'));
  await file.close();
  expect(file.written().packets).toBe(3);
  expect([...on.files.values()].join()).toContain('HEADMOREcccc');
});

test('a largest size is not passed by the first packet', async () => {
  const on = disk();
  const file = await openCapture(on, { path: 'a', maxSize: 6, ring: undefined }, FORMAT);
  file.begin(Buffer.from('HEAD'));
  file.write(Buffer.from('aaaa'));
  await file.close();
  expect([...on.files.values()]).toEqual(['HEAD']);
});
