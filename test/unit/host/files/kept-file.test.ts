import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepFile } from '../../../../src/host/files/kept-file.ts';

const MOST = 1 << 20;
let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'dbg-kept-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('each reading gives the text as it is then', () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'one\n');
  const file = keepFile(path, MOST);
  expect(file.read()).toBe('one\n');
  writeFileSync(path, 'another\n');
  expect(file.read()).toBe('another\n');
  file.close();
  expect(file.read()).toBeUndefined();
  file.close();
});

test.each([0, 1, 2047, 2048, 2049, 16_384, 16_385, 100_000])(
  'a text of %i bytes, and no more than the limit',
  (length) => {
    const path = join(folder, 'file');
    writeFileSync(path, 'x'.repeat(length));
    const file = keepFile(path, MOST);
    const bounded = keepFile(path, 3000);
    expect(file.read()).toBe('x'.repeat(length));
    expect(bounded.read()).toBe('x'.repeat(Math.min(length, 3000)));
    [file, bounded].forEach((each) => each.close());
  },
);

test("the kernel's own files: a counter that grows, and a process that ends", async () => {
  const uptime = keepFile('/proc/uptime', MOST);
  const first = Number(uptime.read()!.split(' ')[0]);
  await expect.poll(() => Number(uptime.read()!.split(' ')[0])).toBeGreaterThan(first);
  uptime.close();
  const pid = Number(execFileSync('sh', ['-c', 'sleep 3600 >/dev/null 2>&1 & echo $!'], { encoding: 'utf8' }));
  const stat = keepFile(`/proc/${pid}/stat`, MOST);
  expect(stat.read()).toContain('(sleep)');
  process.kill(pid, 'SIGKILL');
  // One that nobody waits for is a zombie for as long as its parent likes.
  await expect.poll(() => stat.read() ?? ') Z ').toMatch(/\) [ZX] /);
  stat.close();
});

test('what is no file is not opened, and no FIFO waited for', () => {
  expect(() => keepFile(folder, MOST)).toThrow();
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  expect(() => keepFile(fifo, MOST)).toThrow('is not a file');
  expect(() => keepFile(join(folder, 'nothing'), MOST)).toThrow('ENOENT');
});
