import { expect, test } from 'vitest';
import { parseProcessIo } from '../../../../src/proc/pid/process-io.ts';

// Linux 6.18. rchar and wchar count what went to and from the cache too.
const TEXT =
  'rchar: 323934931\nwchar: 323929600\nsyscr: 632687\nsyscw: 632675\nread_bytes: 4096\nwrite_bytes: 323932160\ncancelled_write_bytes: 0\n';

test('bytes from and to block devices', () =>
  expect(parseProcessIo(TEXT)).toEqual({ readBytes: 4096, writtenBytes: 323_932_160 }));

test.each([undefined, '', 'rchar: 1\n'])('what may not be read, or is no such text: %s', (text) =>
  expect(parseProcessIo(text)).toBeUndefined(),
);
