import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, expect, test } from 'vitest';
import { isOthers, openOutput, removeOutput, settleOutput } from '../../../../src/host/files/open-output.ts';

const me = { uid: process.getuid!(), gid: process.getgid!() };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dbg-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** Opens, writes, closes; gives whether it was new. */
function fill(path: string, text: string, append = false): boolean | 'unread' {
  const opened = openOutput(path, me, 0o600, append);
  if (opened === 'unread') return opened;
  writeSync(opened.descriptor, text);
  closeSync(opened.descriptor);
  return opened.isNew;
}

test('a new file has the mode; one that is there keeps mode and content, until it is written', () => {
  expect(fill(at('a'), 'one')).toBe(true);
  expect(statSync(at('a')).mode & 0o777).toBe(0o600);
  const opened = openOutput(at('a'), me, 0o644, false);
  expect(readFileSync(at('a'), 'utf8')).toBe('one');
  if (opened === 'unread') throw new Error('a FIFO?');
  expect([opened.isNew, opened.stats.size, opened.stats.mode & 0o777]).toEqual([false, 3, 0o600]);
  closeSync(opened.descriptor);
  expect(fill(at('a'), 'two', true)).toBe(false);
  expect(readFileSync(at('a'), 'utf8')).toBe('onetwo');
});

test("one's own links are followed, on the way and at the end, to what is not there yet too", () => {
  mkdirSync(at('d'));
  symlinkSync('d', at('to-folder'));
  symlinkSync(at('d/new'), at('to-new'));
  symlinkSync('../to-folder/../to-new', at('d/twice'));
  expect(fill(at('to-folder/twice'), 'x')).toBe(true);
  expect(readFileSync(at('d/new'), 'utf8')).toBe('x');
  expect(fill(`${folder}//./d/../to-new`, 'y')).toBe(false);
  expect(readdirSync(folder).toSorted()).toEqual(['d', 'to-folder', 'to-new']);
});

test.each([
  ['a folder', 'd', 'EISDIR'],
  ['a folder by its slash', 'd/', 'EISDIR'],
  ['a file that is to be a folder', 'file/', 'ENOTDIR'],
  ['a file on the way', 'file/x', 'ENOTDIR'],
  ['no folder', 'none/x', 'ENOENT'],
  ['nothing', '', 'ENOENT'],
  ['..', 'd/..', 'EISDIR'],
  ['links in a ring', 'ring', 'leads through too many symbolic links'],
  ['a link to /', 'root', 'EISDIR'],
  ['a hard link', 'hard', 'has a second name'],
  ['a socket', 'socket', 'is a socket'],
])('%s is refused', async (_, name, why) => {
  mkdirSync(at('d'));
  writeFileSync(at('file'), 'kept');
  symlinkSync('ring', at('ring'));
  symlinkSync('/', at('root'));
  writeFileSync(at('one'), 'kept');
  linkSync(at('one'), at('hard'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
  expect(() => fill(name === '' ? '' : `${folder}/${name}`, 'x')).toThrow(why);
  server.close();
  expect([readFileSync(at('file'), 'utf8'), readFileSync(at('one'), 'utf8')]).toEqual(['kept', 'kept']);
});

test('a FIFO that nobody reads is told, and not waited for; one that is read is filled', () => {
  execFileSync('mkfifo', [at('fifo')]);
  expect(fill(at('fifo'), 'x')).toBe('unread');
  const reader = openSync(at('fifo'), 'r+');
  expect(fill(at('fifo'), 'x')).toBe(false);
  closeSync(reader);
});

test('/dev/null, and what the process has open', () => {
  expect(fill('/dev/null', 'x')).toBe(false);
  const descriptor = openSync(at('a'), 'w');
  expect(fill(`/dev/fd/${descriptor}`, 'x')).toBe(false);
  closeSync(descriptor);
  expect(readFileSync(at('a'), 'utf8')).toBe('x');
});

test('what is removed is the name, not what a link leads to', () => {
  writeFileSync(at('a'), 'kept');
  symlinkSync('a', at('link'));
  removeOutput(at('link'), me);
  removeOutput(at('none'), me);
  expect([existsSync(at('a')), readdirSync(folder)]).toEqual([true, ['a']]);
});

test('a folder of others: one in which all may write, or below one', () => {
  expect(isOthers(folder, me)).toBe(false);
  mkdirSync(at('all'));
  execFileSync('chmod', ['777', at('all')]);
  mkdirSync(at('all/mine'));
  expect([isOthers(at('all'), me), isOthers(at('all/mine'), me)]).toEqual([true, true]);
  execFileSync('chmod', ['1777', at('all')]);
  expect([isOthers(at('all'), me), isOthers(at('all/mine'), me), isOthers('/tmp', me)]).toEqual([false, false, false]);
});

test('whose a folder is that cannot be looked at is not told', () => {
  expect(() => isOthers(at('none'), me)).toThrow('ENOENT');
  expect(() => isOthers(at('none/below'), me)).toThrow('ENOENT');
  writeFileSync(at('file'), '');
  expect(() => isOthers(at('file'), me)).toThrow('ENOTDIR');
});

test('no descriptor is left open', () => {
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  fill(at('a'), 'x');
  expect(() => fill(at('none/x'), 'x')).toThrow('ENOENT');
  expect(open()).toBe(before);
});

test('a file gets its final name once, and nothing is written over', () => {
  writeFileSync(at('partial'), 'all');
  settleOutput(at('partial'), at('whole'), me);
  expect(readFileSync(at('whole'), 'utf8')).toBe('all');
  expect(existsSync(at('partial'))).toBe(false);
  writeFileSync(at('next'), 'other');
  expect(() => settleOutput(at('next'), at('whole'), me)).toThrow('EEXIST');
  symlinkSync(at('nowhere'), at('dangling'));
  expect(() => settleOutput(at('next'), at('dangling'), me)).toThrow('EEXIST');
  expect(readFileSync(at('whole'), 'utf8')).toBe('all');
});
