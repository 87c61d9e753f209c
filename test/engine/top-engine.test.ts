import { execa } from 'execa';
import { expect } from 'vitest';
import { dbgOnTerminal } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { liveRestore } from './support/live-restore.ts';
import { followed } from './support/usage.ts';

// Containers of an engine of the test's own: they go on without it (live-restore).
const RUN = ['run', '-d', '--init=false', '--network=none'];

test('the engine is killed and started again: the figures go on, it is told, and what is new is found', async ({
  lab,
}) => {
  const { env, docker, up, down } = await liveRestore(lab);
  for (const name of ['stays', 'ends']) await docker(...RUN, '--name', name, 'busybox', 'sleep', '3600');
  const other = Number(await docker('inspect', '-f', '{{.State.Pid}}', 'ends'));
  const { lines, said } = followed(lab, [], env);
  const terminal = dbgOnTerminal(['top'], env);
  const newest = () => new Set(lines.slice(-2).map(({ container }) => container));
  await expect.poll(newest).toEqual(new Set(['stays', 'ends']));
  await terminal.sees('stays');

  await down();
  await expect.poll(said).toContain('dbg: the engine is away: the figures go on');
  await terminal.sees('the engine is away');
  // Which of the two is there is the kernel's to tell.
  process.kill(other, 'SIGKILL');
  await expect.poll(newest).toEqual(new Set(['stays']));
  const length = lines.length;
  await expect.poll(() => lines.length).toBeGreaterThan(length + 3);

  await up();
  await expect.poll(said).toContain('dbg: the engine is back');
  await docker(...RUN, '--name', 'new', 'busybox', 'sleep', '3600');
  await expect.poll(newest).toEqual(new Set(['stays', 'new']));
  await terminal.sees('new ');
  expect(terminal.screen().slice(terminal.screen().lastIndexOf('\u001b[1;1H'))).not.toContain('is away');
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
});

test('the engine hangs: it is told, the figures go on, q leaves at once; it goes on, and is found again', async ({
  lab,
}) => {
  const { env, docker } = await liveRestore(lab);
  await docker(...RUN, '--name', 'stays', 'busybox', 'sleep', '3600');
  const daemon = (await execa('pgrep', ['-f', `dockerd .*${lab.folder}`])).stdout.split('\n').map(Number);
  const signal = (name: NodeJS.Signals) => daemon.forEach((pid) => process.kill(pid, name));
  const { lines, said } = followed(lab, [], env);
  const terminal = dbgOnTerminal(['top'], env);
  await terminal.sees('stays');
  await expect.poll(() => lines.length).toBeGreaterThan(1);

  signal('SIGSTOP');
  try {
    await expect.poll(said).toContain('dbg: the engine is away');
    await terminal.sees('the engine is away');
    const length = lines.length;
    await expect.poll(() => lines.length).toBeGreaterThan(length + 3);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  } finally {
    signal('SIGCONT');
  }
  await expect.poll(said).toContain('dbg: the engine is back');
  await docker(...RUN, '--name', 'new', 'busybox', 'sleep', '3600');
  await expect.poll(() => lines.at(-1)?.container === 'new' || lines.at(-2)?.container === 'new').toBe(true);
});
