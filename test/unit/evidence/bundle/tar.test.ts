import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { findInTar } from '../../../../src/evidence/bundle/read-tar.ts';
import { checksum, tarOf } from '../../../../src/evidence/bundle/write-tar.ts';

const TIME = Date.parse('2026-01-02T03:04:05Z');
const file = (name: string, text: string) => ({ name, bytes: Buffer.from(text) });
const is = (wanted: string) => (name: string) => name === wanted;
const textOf = (found: ReturnType<typeof findInTar>) =>
  typeof found === 'string' ? found : found.bytes.toString('utf8');

test('the host’s tar reads what dbg writes', () => {
  const archive = tarOf([file('a/one', 'x'.repeat(512)), file('a/two', ''), file('a/three', 'é\n')], TIME);
  const listed = execFileSync('tar', ['--utc', '--full-time', '-tvf', '-'], { input: archive, encoding: 'utf8' });
  expect(listed).toMatch(/^-rw------- root\/root +512 2026-01-02 03:04:05 a\/one$/m);
  expect(listed.trim().split('\n')).toHaveLength(3);
  expect(execFileSync('tar', ['-xOf', '-', 'a/three'], { input: archive, encoding: 'utf8' })).toBe('é\n');
});

test('a file is found, whatever comes before it', () => {
  const archive = tarOf([file('a/one', 'x'.repeat(700)), file('a/two', 'here')], TIME);
  expect(textOf(findInTar(archive, is('a/two')))).toBe('here');
  expect(findInTar(archive, is('a/three'))).toBe('none');
});

test('what GNU tar writes is read, long names and folders too', () => {
  const archive = execFileSync('sh', [
    '-c',
    'cd "$(mktemp -d)" && mkdir d && echo hi > d/evidence.json && tar -cf - d && rm -r d',
  ]);
  expect(textOf(findInTar(archive, is('d/evidence.json')))).toBe('hi\n');
});

test.each([0, 100, 511, 512, 600, 1023])('of %d bytes, more are asked for', (length) => {
  const archive = tarOf([file('a', 'x'.repeat(512)), file('b', 'y')], TIME);
  expect(findInTar(archive.subarray(0, length), is('b'))).toBe('more');
});

function forged(change: (header: Buffer) => void): Buffer {
  const archive = tarOf([file('evidence.json', '{}')], TIME);
  change(archive);
  archive.write(`${checksum(archive).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

test.each<readonly [string, Buffer, string]>([
  ['no archive', Buffer.alloc(2048, 'x'), 'none'],
  ['only zeros', Buffer.alloc(2048), 'none'],
  ['a symbolic link of that name', forged((header) => header.write('2', 156)), 'none'],
  ['a size beyond all bounds', forged((header) => header.write('77777777777', 124)), 'more'],
  ['a size in base 256', forged((header) => header.writeUInt8(0x80, 124)), 'none'],
  ['a negative size', forged((header) => header.write('-0000000001', 124)), 'none'],
])('%s', (_, archive, expected) => {
  expect(findInTar(archive, is('evidence.json'))).toBe(expected);
});

test('a wrong checksum is no header', () => {
  const archive = tarOf([file('evidence.json', '{}')], TIME);
  archive.write('z', 0);
  expect(findInTar(archive, () => true)).toBe('none');
});

test('a name that is too long is refused', () => {
  expect(() => tarOf([file('x'.repeat(100), '')], TIME)).toThrow('too long');
});
