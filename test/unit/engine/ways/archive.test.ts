import { expect, test } from 'vitest';
import { beginningOf, pathStatOf } from '../../../../src/engine/ways/archive.ts';

const header = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

/** An entry of a tar archive: its header and its bytes, filled up to blocks (tar(5)). */
function entry(type: string, content: string): Buffer {
  const bytes = Buffer.alloc(512 + Math.ceil(content.length / 512) * 512);
  bytes.write(content.length.toString(8).padStart(11, '0'), 124);
  bytes.write(type, 156);
  bytes.write(content, 512);
  return bytes;
}

function negative(): Buffer {
  const bytes = entry('x', '');
  bytes.write('-1000'.padStart(11), 124);
  return bytes;
}

const FILE = entry('0', 'abc'.repeat(1000));

test.each([
  ['a file, whole', entry('0', 'abc'), 'abc'],
  ['a file, its beginning', FILE, 'abcabcabca'],
  ['of which just so much has come', FILE.subarray(0, 522), 'abcabcabca'],
  ['of which less has come', FILE.subarray(0, 521), undefined],
  ['behind a pax header', Buffer.concat([entry('x', '30 mtime=1.5\n'), FILE]), 'abcabcabca'],
  ['a pax header alone', entry('x', '30 mtime=1.5\n'), undefined],
  ['an empty file', entry('0', ''), ''],
  ['a folder', entry('5', ''), ''],
  ['a link', entry('2', ''), ''],
  ['nothing yet', Buffer.alloc(0), undefined],
  ['what is no archive', Buffer.alloc(1024, 'y'), ''],
  ['a size below nothing', negative(), undefined],
])('%s', (_, archive, expected) => {
  expect(beginningOf(archive, 10)?.toString()).toBe(expected);
});

test.each([
  ['a file', { mode: 0o755 }, { kind: 'file', mode: 0o755, target: '' }],
  ['a setuid file', { mode: 2 ** 23 + 0o755 }, { kind: 'file', mode: 0o755, target: '' }],
  ['a folder', { mode: 2 ** 31 + 0o700 }, { kind: 'folder', mode: 0o700, target: '' }],
  ['a sticky folder', { mode: 2 ** 31 + 2 ** 20 + 0o777 }, { kind: 'folder', mode: 0o777, target: '' }],
  ['a link', { mode: 2 ** 27 + 0o777, linkTarget: '/a' }, { kind: 'link', mode: 0o777, target: '/a' }],
  ['a FIFO', { mode: 2 ** 25 + 0o600 }, { kind: 'other', mode: 0o600, target: '' }],
  ['a device', { mode: 2 ** 26 + 2 ** 21 + 0o666 }, { kind: 'other', mode: 0o666, target: '' }],
  ['null', null, { kind: 'file', mode: 0, target: '' }],
])('of %s', (_, value, expected) => {
  expect(pathStatOf(header(value))).toEqual(expected);
});

test('a header that is none', () => {
  expect(pathStatOf('%%%')).toEqual({ kind: 'file', mode: 0, target: '' });
});
