import { expect, test } from 'vitest';
import { keptFiles } from '../../../../src/jobs/usage/kept-files.ts';

/** A host whose limit of open files is this, which counts those that are kept open, and reads. */
function host(limit: number) {
  const counts = { open: 0, read: 0 };
  const file = { read: () => 'kept', close: () => void counts.open-- };
  return {
    counts,
    exists: (path: string) => path.startsWith('/sys'),
    keep: (path: string) => (path.startsWith('/sys') ? (counts.open++, file) : undefined),
    read: (path: string) => {
      if (path === '/proc/self/limits')
        return `Max open files            ${limit}                 ${limit}                 files\n`;
      counts.read++;
      return 'read';
    },
  };
}

test('half of the limit is kept open; what is beyond is read by its path', () => {
  const { counts, ...own } = host(4);
  const keep = keptFiles(own);
  const files = ['/sys/a', '/sys/b', '/sys/c'].map(keep);
  expect(files.map((each) => each?.read())).toEqual(['kept', 'kept', 'read']);
  expect(counts).toEqual({ open: 2, read: 1 });
  files.forEach((each) => each?.close());
  expect(counts.open).toBe(0);
});

test('what is closed makes room, once', () => {
  const { counts, ...own } = host(2);
  const keep = keptFiles(own);
  const first = keep('/sys/a')!;
  first.close();
  first.close();
  expect([keep('/sys/b')!.read(), keep('/sys/c')!.read()]).toEqual(['kept', 'read']);
  expect(counts.open).toBeLessThanOrEqual(1);
});

test('what is not there is nothing', () => expect(keptFiles(host(100))('/nowhere')).toBeUndefined());
