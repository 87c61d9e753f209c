import { join } from 'node:path';
import { expect } from 'vitest';
import { dbg, dbgOnTerminal, says } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { liveRestore } from './support/live-restore.ts';

const LOST = /the engine does not answer any more: dbg keeps asking/;

test('an engine that is restarted under its containers (live-restore) is heard again, and missed meanwhile', async ({
  lab,
}) => {
  const { env, docker, up, down } = await liveRestore(lab);
  const names = ['says', 'dies', 'restarts'];
  for (const name of names)
    await docker('run', '-d', '--init=false', '--network=none', '--name', name, 'busybox', 'sleep', '3600');
  const capture = async (...args: readonly string[]) => {
    const running = dbg(['tcpdump', ...args], { env });
    await says(running, /listening on|capturing on/);
    return { running };
  };
  const file = (name: string) => join(lab.folder, `${name}.pcap`);
  const spoken = await capture('--stop-on', 'log:PANIC', 'says', '-w', file('says'));
  const died = await capture('--stop-on', 'die', 'dies', '-w', file('dies'));
  const plain = await capture('dies', '-w', file('plain'));
  const shell = dbgOnTerminal(['shell', '-q', 'restarts'], { ...env, SHELL: '/bin/sh' });
  await shell.sees('$ ');
  const pid = Number(await docker('inspect', '-f', '{{.State.Pid}}', 'dies'));

  const lost = Promise.all([spoken, died, plain].map(({ running }) => says(running, LOST)));
  await down();
  await lost;
  await shell.sees(LOST);
  await up();
  await docker('exec', 'says', 'sh', '-c', 'echo PANIC >/proc/1/fd/1');
  expect(await spoken.running).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('says: it said: PANIC') });
  await docker('restart', '-t', '0', 'restarts');
  await shell.sees('restarts was restarted');

  // Nobody is there to tell.
  await down();
  process.kill(pid, 'SIGKILL');
  expect(await died.running).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('dbg: dies: die') });
  expect((await plain.running).exitCode).toBe(0);
  shell.type('exit\r');
  await shell.ended;
});

test.for([
  ['none', []],
  ['gelf', ['--log-opt', 'gelf-address=udp://127.0.0.1:9', '--log-opt', 'cache-disabled=true']],
] as const)('--stop-on log: of a log driver that cannot be read is refused: %s', async ([driver, options], { lab }) => {
  const name = await lab.run('c', { options: ['--log-driver', driver, ...options] });
  for (const more of [[], ['--restart']]) {
    const args = [
      'tcpdump',
      ...more,
      '--stop-on',
      'die',
      '--stop-on',
      'log:x',
      name,
      '-w',
      join(lab.folder, 'x.pcapng'),
    ];
    expect(await dbg(args)).toMatchObject({
      exitCode: 125,
      stderr: expect.stringMatching(
        /^dbg: --stop-on log: the engine cannot read the log of ".*": .*does not support reading/,
      ),
    });
  }
});
