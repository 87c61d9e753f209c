import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg, dbgOnTerminal, says } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { liveRestore } from './support/live-restore.ts';
import { ip } from './support/netns.ts';

interface Row {
  readonly container: string;
}

test('--all --watch goes on while the engine is restarted, says that it is away, and that it is back', async ({
  lab,
}) => {
  const { env, docker, up, down } = await liveRestore(lab);
  const run = (name: string) =>
    docker('run', '-d', '--init=false', '--network=none', '--name', name, 'busybox', 'sleep', '3600');
  for (const name of ['stays', 'ends']) await run(name);
  const pidOf = async (name: string) => docker('inspect', '-f', '{{.State.Pid}}', name);
  const [pid, other] = [await pidOf('stays'), await pidOf('ends')];
  await ip(`link add dbg-watch address 02:00:00:00:00:01 type veth peer name eth0 netns ${pid}`);
  await ip('link set dbg-watch up');
  await execa('nsenter', ['-t', pid, '-n', 'ip', 'link', 'set', 'eth0', 'up']);

  const terminal = dbgOnTerminal(['veth', '--all', '--watch', '0.3'], env);
  const running = dbg(['veth', '--all', '--watch', '0.3', '--json'], { env });
  lab.cleanUp(async () => (running.kill('SIGKILL'), await running));
  let looks: string[][] = [];
  createInterface({ input: running.stdout! }).on('line', (line) => {
    looks.push((JSON.parse(line) as Row[]).map(({ container }) => container).toSorted());
  });
  await terminal.sees('stays');
  await expect.poll(() => looks.at(-1)).toEqual(['ends', 'stays']);

  let said = says(running, 'dbg: the engine is away');
  await down();
  await said;
  await terminal.sees(/the engine is away, for .*(?:no engine answers|the connection was cut)/);
  // It goes on drawing: the one whose process is there, with its wire; of the other it is known
  // that it has ended.
  await terminal.sees('dbg-watch');
  looks = [];
  process.kill(Number(other), 'SIGKILL');
  await expect.poll(() => looks.at(-1)).toEqual(['stays']);
  const frames = looks.length;
  await expect.poll(() => looks.length).toBeGreaterThan(frames + 3);

  said = says(running, 'dbg: the engine is back');
  await up();
  await said;
  await run('new');
  await terminal.sees('new ');
  await expect.poll(() => looks.at(-1)).toEqual(['new', 'stays']);
  expect(terminal.screen().slice(terminal.screen().lastIndexOf('\u001b[1;1H'))).not.toContain('is away');
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
  expect(running.exitCode ?? 'goes on').toBe('goes on');
}, 120_000);
