import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { expect } from 'vitest';
import { liveRestore } from './support/live-restore.ts';
import { test } from './support/lab.ts';
import { watching } from './support/timeline.ts';
import { residentMb } from './support/wire.ts';
import { DBG } from './support/dbg.ts';

test('an engine that is killed and started again: told, and every line once, those meanwhile too', async ({ lab }) => {
  const { env, docker, up, down } = await liveRestore(lab);
  const script = 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done';
  await docker('run', '-d', '--name', 'talker', 'busybox', 'sh', '-c', script);
  await docker('run', '-d', '--name', 'dies', 'busybox', 'sleep', '3600');
  const dying = Number(await docker('inspect', '-f', '{{.State.Pid}}', 'dies'));
  const watch = await watching(lab, [], env);
  await watch.sees({ kind: 'log', container: 'talker' });
  await down();
  await watch.sees({ kind: 'engine', text: 'the engine is lost' });
  process.kill(dying, 'SIGKILL');
  await up();
  await watch.sees({ kind: 'engine', text: 'the engine is there again' });
  const numbers = () =>
    watch.entries().flatMap(({ kind, text }) => (kind === 'log' ? [Number(text.split(' ')[1])] : []));
  // Nobody has told of this end: dbg has found it, or the engine tells when it is back.
  await watch.sees({ kind: 'event', container: 'dies', text: 'died: ' });
  // The engine reads what is said while it is away once it is back.
  const last = Number((await docker('logs', '-n', '1', 'talker')).split(' ')[1]);
  await expect.poll(() => numbers().at(-1)!).toBeGreaterThan(last + 5);
  const told = numbers();
  expect(told).toEqual(Array.from({ length: told.length }, (_, at) => told[0]! + at));
  await watch.end();
  await docker('rm', '-f', 'talker', 'dies');
});

test('an engine that hangs is told of, and nothing is lost once it goes on', async ({ lab }) => {
  const { env, docker } = await liveRestore(lab);
  await docker(
    'run',
    '-d',
    '--name',
    'talker',
    'busybox',
    'sh',
    '-c',
    'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done',
  );
  const watch = await watching(lab, ['talker'], env);
  await watch.sees({ kind: 'log' });
  const dockerd = Number(readFileSync(`${lab.folder}/pid`, 'utf8'));
  process.kill(dockerd, 'SIGSTOP');
  try {
    await watch.sees({ kind: 'engine', text: 'it hangs' });
  } finally {
    process.kill(dockerd, 'SIGCONT');
  }
  await watch.sees({ kind: 'engine', text: 'answers again' });
  const last = Number((await docker('logs', '-n', '1', 'talker')).split(' ')[1]);
  const numbers = () =>
    watch.entries().flatMap(({ kind, text }) => (kind === 'log' ? [Number(text.split(' ')[1])] : []));
  await expect.poll(() => numbers().at(-1)!).toBeGreaterThan(last);
  const told = numbers();
  expect(told).toEqual(Array.from({ length: told.length }, (_, at) => told[0]! + at));
  await watch.end();
  await docker('rm', '-f', 'talker');
});

test('a flood: every line of a million, in order, in little memory, also for a slow reader', async ({ lab }) => {
  const many = 1_000_000;
  const loud = await lab.run('loud', { command: ['sh', '-c', `seq 1 ${many}; sleep 3600`] });
  const quiet = await lab.run('quiet', { command: ['sh', '-c', 'while :; do echo tick; sleep 0.2; done'] });
  await expect.poll(() => lab.docker('logs', '-n', '1', loud)).toBe(String(many));
  const running = execa(process.execPath, [DBG, 'watch', loud, quiet, '--tail', 'all'], {
    reject: false,
    stdin: 'ignore',
    buffer: false,
  });
  lab.cleanUp(async () => running.kill('SIGKILL'));
  let [next, rest, most, wrong, bytes] = [1, '', 0, 0, 0];
  const stdout = running.stdout.setEncoding('utf8');
  for await (const piece of stdout as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [, number] = /loud +out +(\d+)$/.exec(line) ?? [];
      if (number === undefined) continue;
      if (Number(number) !== next) wrong++;
      next = Number(number) + 1;
    }
    // A reader that stops now and then: dbg waits for it.
    const before = bytes;
    bytes += piece.length;
    if (Math.floor(before / 4e6) !== Math.floor(bytes / 4e6)) {
      most = Math.max(most, residentMb(running.pid!));
      await new Promise((resolve) => void setTimeout(resolve, 50));
    }
    if (next > many) break;
  }
  expect([next, wrong]).toEqual([many + 1, 0]);
  expect(most).toBeLessThan(300);
  running.kill('SIGINT');
  await running;
});

test('sixty containers, and containers that come and go: each line of each', async ({ lab }) => {
  const project = lab.name('p');
  const options = ['--label', `com.docker.compose.project=${project}`];
  await Promise.all(
    Array.from({ length: 6 }, async (_, group) => {
      for (let at = 0; at < 10; at++) {
        await lab.run(`c${group}-${at}`, { options, command: ['sh', '-c', 'echo ready; read _; sleep 3600'] });
      }
    }),
  );
  const watch = await watching(lab, ['--project', project, '--tail', 'all']);
  const heard = (text: string) => watch.entries().filter((entry) => entry.kind === 'log' && entry.text === text).length;
  await expect.poll(() => heard('ready')).toBe(60);
  await Promise.all(
    [0, 1].map(async (worker) => {
      for (let at = 0; at < 10; at++) {
        await lab.run(`s${worker}-${at}`, { options, command: ['echo', 'short'] });
      }
    }),
  );
  await expect.poll(() => heard('short')).toBe(20);
  expect(heard('ready')).toBe(60);
  await watch.end();
});
