import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, DBG, sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';

describe('a PID that is given to another process between look and entry', () => {
  test('is refused, having run nothing', async ({ lab }) => {
    const container = await lab.run();
    const pid = await lab.pid(container);
    const mark = join(lab.folder, 'ran');
    const { stdout: line } = await dbg(['exec', '--dry-run', container, 'touch', mark]);
    await lab.docker('kill', container);
    await lab.docker('wait', container);
    await giveAway(pid, lab);

    const { exitCode, stderr } = await execa('bash', ['-c', line as string], { reject: false });
    expect(exitCode).toBe(125);
    expect(stderr).toContain('dbg: not entered: gone');
    expect((await execa('ls', [mark], { reject: false })).exitCode).not.toBe(0);
  });

  test('nsenter alone would have entered it: the test is about something', async ({ lab }) => {
    const container = await lab.run();
    const pid = await lab.pid(container);
    await lab.docker('kill', container);
    await lab.docker('wait', container);
    await giveAway(pid, lab);
    const { stdout } = await execa('nsenter', ['--target', String(pid), '--net', 'readlink', '/proc/self/ns/net']);
    expect(stdout).toBe(readlinkSync('/proc/self/ns/net'));
  });
});

/** Makes the next process of this pid namespace have a chosen number (CONFIG_CHECKPOINT_RESTORE, ns_last_pid). */
async function giveAway(pid: number, lab: { cleanUp(action: () => Promise<unknown>): void }): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    const child = spawn('sleep', ['3600']);
    if (child.pid === pid) {
      lab.cleanUp(async () => child.kill('SIGKILL'));
      return;
    }
    child.kill('SIGKILL');
    await sleep(1);
  }
  throw new Error(`PID ${pid} could not be had`);
}

test('200 entries while the container is restarted 50 times: never once in a wrong namespace', async ({ lab }) => {
  const container = await lab.run('c', { options: ['--hostname', 'the-right-one'] });
  const host = readlinkSync('/proc/self/ns/net');
  let restarts = 0;
  const restarting = (async () => {
    while (restarts < 50) {
      await lab.docker('restart', '-t', '0', container);
      restarts++;
    }
  })();

  const outcomes = { entered: 0, refused: 0 };
  for (let entries = 0; entries < 200; entries++) {
    const { exitCode, stdout, stderr } = await dbg([
      'exec',
      container,
      'sh',
      '-c',
      'hostname; readlink /proc/self/ns/net',
    ]);
    if (exitCode === 0) {
      const [name, net] = (stdout as string).split('\n');
      expect(name).toBe('the-right-one');
      expect(net).not.toBe(host);
      outcomes.entered++;
    } else {
      expect(exitCode).toBe(125);
      expect(stderr).toMatch(/^(nsenter: .*\n|sh: .*\n)?dbg: /);
      expect(stdout).toBe('');
      outcomes.refused++;
    }
  }
  await restarting;
  expect(outcomes.entered + outcomes.refused).toBe(200);
  expect(outcomes.entered).toBeGreaterThan(20);
});

test('a process name that looks like the fields of /proc/PID/stat', async ({ lab }) => {
  const script = 'printf "x) R 1\\n) S 2 3" > /proc/self/comm; sleep 3600 & wait';
  const container = await lab.run('c', { command: ['sh', '-c', script] });
  const pid = await lab.pid(container);
  for (let tries = 0; !readFileSync(`/proc/${pid}/stat`, 'utf8').includes('\n)') && tries < 100; tries++)
    await sleep(20);
  expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain('(x) R 1\n) S 2');
  expect((await dbg(['exec', container, 'true'])).exitCode).toBe(0);
});

test('a container removed while dbg is in it: the tool stays where it is, and ends as it likes', async ({ lab }) => {
  const container = await lab.run();
  const inside = execa(
    process.execPath,
    [DBG, 'exec', container, 'bash', '-c', 'echo in; read -r _; hostname; exit 4'],
    { reject: false },
  );
  for await (const line of inside.iterable({ preserveNewlines: false })) {
    if (line !== 'in') continue;
    await lab.docker('rm', '-f', container);
    inside.stdin.end('go on\n');
  }
  expect((await inside).exitCode).toBe(4);
});
