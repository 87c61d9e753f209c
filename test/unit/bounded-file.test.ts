import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBeginning, readWhole } from '../../src/bounded-file.ts';
import { errorCode } from '../../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'dbg-bounded-'));
const at = (name: string) => join(folder, name);
const server = createServer();
beforeAll(async () => {
  writeFileSync(at('small'), 'small');
  writeFileSync(at('empty'), '');
  writeFileSync(at('sparse'), '');
  truncateSync(at('sparse'), 1_900_000_000);
  writeFileSync(at('long'), 'x'.repeat(100_000));
  mkdirSync(at('folder'));
  symlinkSync('small', at('link'));
  symlinkSync('loop', at('loop'));
  execFileSync('sh', ['-c', 'mkfifo "$0"', at('fifo')]);
  symlinkSync('fifo', at('link-to-fifo'));
  await new Promise<void>((resolve) => void server.listen(at('socket'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** The error of what throws, without descriptors left open. */
function failure(act: () => unknown): { code: string | undefined; message: string } {
  const before = readdirSync('/proc/self/fd').length;
  try {
    act();
  } catch (error) {
    expect(readdirSync('/proc/self/fd').length).toBe(before);
    return { code: errorCode(error), message: (error as Error).message };
  }
  throw new Error('it did not fail');
}

test.each([
  ['all of a small one', 'small', 100, 'small', true],
  ['exactly all of it', 'small', 5, 'small', true],
  ['its beginning', 'small', 4, 'smal', false],
  ['nothing of it', 'small', 0, '', false],
  ['an empty one', 'empty', 0, '', true],
  ['by a link', 'link', 100, 'small', true],
  ['one with several pieces', 'long', 99_999, 'x'.repeat(99_999), false],
  ['all of one with several pieces', 'long', 100_000, 'x'.repeat(100_000), true],
  ['the beginning of a sparse one', 'sparse', 70_000, '\0'.repeat(70_000), false],
] as const)('%s', (_, name, limit, text, isWhole) => {
  const before = readdirSync('/proc/self/fd').length;
  const read = readBeginning(at(name), limit);
  expect(read.bytes.toString()).toBe(text);
  expect(read.isWhole).toBe(isWhole);
  expect(readdirSync('/proc/self/fd').length).toBe(before);
});

test('a file of /proc says that it is empty, and is read', () => {
  expect(readBeginning('/proc/self/stat', 4096).bytes.toString()).toMatch(/^\d+ \(/);
  expect(readBeginning('/proc/self/stat', 3)).toMatchObject({ isWhole: false });
  expect(readWhole('/proc/self/status', 65_536).toString()).toContain('VmHWM');
});

test.each([
  ['fifo', 'EFTYPE', 'is a FIFO, not a file'],
  ['link-to-fifo', 'EFTYPE', 'is a FIFO, not a file'],
  ['socket', 'EFTYPE', 'is a socket, not a file'],
  ['folder', 'EISDIR', 'is a directory, not a file'],
  ['loop', 'ELOOP', 'too many symbolic links'],
  ['none', 'ENOENT', 'no such file'],
  ['small/x', 'ENOTDIR', 'not a directory'],
  ['/dev/zero', 'EFTYPE', 'is a device, not a file'],
  ['/dev/tty', 'EFTYPE', 'is a device, not a file'],
])('%s: %s, at once', (name, code, message) => {
  const path = name.startsWith('/') ? name : at(name);
  for (const read of [readBeginning, readWhole]) {
    const failed = failure(() => read(path, 100));
    expect(failed.code).toBe(code);
    expect(failed.message).toContain(message);
    expect(failed.message).toContain(path);
  }
});

test('what is larger than a whole file may be is told by its name', () => {
  const { code, message } = failure(() => readWhole(at('sparse'), 1024));
  expect(code).toBe('EFBIG');
  expect(message).toBe(`${at('sparse')} is larger than 1 KiB`);
});

test('/dev/null is an empty file to a person', () => {
  expect(readWhole('/dev/null', 10)).toHaveLength(0);
  expect(failure(() => readBeginning('/dev/null', 10)).code).toBe('EFTYPE');
});

test('a check that throws before anything is read', () => {
  expect(failure(() => readWhole(at('small'), 10, ({ size }) => fail(`no: ${size}`))).message).toBe('no: 5');
});

const fail = (message: string): never => {
  throw new Error(message);
};

/** A program of its own, so that it has the descriptors of a shell, and may hang. */
const RUN = [process.execPath, '--import', 'tsx', '--input-type=module', '-e'];
const READ = `import { readWhole } from './src/bounded-file.ts';
try { console.log(readWhole('/dev/fd/7', 10).toString()); } catch (error) { console.log(error.code); }`;

test.each([
  ['what comes through it', 'echo hello', 'hello'],
  ['one that is long', 'yes', 'EFBIG'],
])(
  'a pipe by its descriptor, as a shell gives <(COMMAND): %s',
  (_, command, expected) => {
    const argv = ['-c', `exec 7< <(${command}); exec "$@"`, 'bash', ...RUN, READ];
    expect(execFileSync('bash', argv, { encoding: 'utf8', timeout: 40_000 }).trim()).toBe(expected);
  },
  60_000,
);

// F_SETLEASE, F_WRLCK (fcntl(2)): an open of this file waits for 45 seconds (/proc/sys/fs/lease-break-time).
const LEASE = `$SIG{IO} = "IGNORE"; open(my $f, "+<", $ARGV[0]) or die; fcntl($f, 1024, 1) or die $!; $| = 1; print "held\\n"; <STDIN>;`;

test('one on which its owner holds a lease', () => {
  const script = `coproc perl -e '${LEASE}' "$0"; read -r _ <&"\${COPROC[0]}"; file=$0; "$@" "$file"; kill "$COPROC_PID"`;
  const read = `import { readBeginning } from './src/bounded-file.ts';
    try { console.log(readBeginning(process.argv[1], 10).bytes.toString()); } catch (error) { console.log(error.code); }`;
  expect(
    execFileSync('bash', ['-c', script, at('small'), ...RUN, read], { encoding: 'utf8', timeout: 40_000 }).trim(),
  ).toBe('EAGAIN');
}, 60_000);
