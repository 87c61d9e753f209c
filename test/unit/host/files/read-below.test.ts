import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readBelow } from '../../../../src/host/files/read-below.ts';

const folder = mkdtempSync(join(tmpdir(), 'dbg-below-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'etc'));
writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0::/:\n');
symlinkSync('/etc/hostname', join(folder, 'etc/out'));
symlinkSync('passwd', join(folder, 'etc/in'));
symlinkSync('/etc', join(folder, 'elsewhere'));
symlinkSync('etc', join(folder, 'same'));
execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'etc/pipe')]);

test.each([
  ['a file', 'etc/passwd', 'root:x:0:0::/:\n'],
  ['a link out of the folder', 'etc/out', undefined],
  ['a link within it', 'etc/in', undefined],
  ['a folder on the way that is a link out', 'elsewhere/hostname', undefined],
  ['a folder on the way that is a link within', 'same/passwd', undefined],
  ['a pipe that nobody writes', 'etc/pipe', undefined],
  ['a folder', 'etc', undefined],
  ['the way up', '../etc/hostname', undefined],
  ['nothing', 'etc/none', undefined],
])('%s', (_, path, expected) => {
  const before = readdirSync('/proc/self/fd').length;
  expect(readBelow(folder, path, 1000)).toBe(expected);
  expect(readdirSync('/proc/self/fd').length).toBe(before);
});

test('a device', () => {
  expect(readBelow('/dev', 'null', 10)).toBeUndefined();
});

test('no more than was asked for, of a file without end', () => {
  expect(readBelow(folder, 'etc/passwd', 4)).toBe('root');
  expect(readBelow('/proc/self', 'cmdline', 2)).toHaveLength(2);
});
