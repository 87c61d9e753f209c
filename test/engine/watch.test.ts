import { execa } from 'execa';
import { expect } from 'vitest';
import { makesCuts } from './support/cuts.ts';
import { DBG, dbg, dbgOnTerminal } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { type Entry, watching } from './support/timeline.ts';

makesCuts();

/** What docker logs shows of a container: time and text of each line, of both streams. */
async function truth(container: string): Promise<{ at: number; stream: string; text: string }[]> {
  const { stdout, stderr } = await execa('docker', ['logs', '-t', container]);
  const lines = (text: string, stream: string) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ at: Date.parse(line.slice(0, 30)), stream, text: line.slice(line.indexOf(' ') + 1) }));
  return [...lines(stdout, 'stdout'), ...lines(stderr, 'stderr')];
}

/** A container that writes so many lines to each stream, and then sleeps or ends. */
const counting = (lab: Lab, suffix: string, count: number, after = 'exec sleep 3600') =>
  lab.run(suffix, {
    command: [
      'sh',
      '-c',
      `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo out $i; echo err $i >&2; done; ${after}`,
    ],
  });

async function past(args: readonly string[]): Promise<Entry[]> {
  const { stdout, stderr, exitCode } = await dbg(['watch', '--json', '--until', '0s', ...args]);
  expect(exitCode, String(stderr)).toBe(0);
  return String(stdout)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
}

test('logs of several containers in the order of time, as docker logs has them', async ({ lab }) => {
  const [one, two] = await Promise.all([counting(lab, 'one', 500), counting(lab, 'two', 500)]);
  for (const name of [one, two]) await expect.poll(() => truth(name)).toHaveLength(1000);
  const entries = await past([`${one},${two}`, '--tail', 'all']);
  const logs = entries.filter(({ kind }) => kind === 'log');
  for (const name of [one, two]) {
    const told = logs.filter(({ container }) => container === name);
    const by = (each: { stream?: string; text: string }) => `${each.stream} ${each.text.split(' ')[1]!.padStart(6)}`;
    const [sorted, wanted] = [told, await truth(name)].map(
      (all: readonly { at: number; stream?: string; text: string }[]) =>
        all.toSorted((a, b) => by(a).localeCompare(by(b))),
    );
    expect(sorted!.map(by)).toEqual(wanted!.map(by));
    // A number has not all nine digits behind the second.
    expect(sorted!.filter(({ at }, index) => Math.abs(at - wanted![index]!.at) > 1)).toEqual([]);
  }
  // Within one container the order is that of its log: two threads of the engine write it.
  const late = logs.filter(({ at }, index) => index > 0 && logs[index - 1]!.at - at > 50);
  expect(late).toEqual([]);
  expect(new Set(logs.slice(0, 1500).map(({ container }) => container)).size).toBe(2);
});

test('--tail, --since, --grep and --no-logs leave out what docker does', async ({ lab }) => {
  const web = await counting(lab, 'web', 50);
  await expect.poll(() => truth(web)).toHaveLength(100);
  const logs = async (...args: string[]) => (await past([web, ...args])).filter(({ kind }) => kind === 'log');
  expect((await logs('--tail', '7')).map(({ text }) => text).toSorted()).toEqual(
    (await execa('docker', ['logs', '--tail', '7', web], { all: true })).all.split('\n').toSorted(),
  );
  expect(await logs('--tail', 'all', '--grep', '^out 4\\d$')).toHaveLength(10);
  expect(await logs('--since', '1h', '--no-logs')).toEqual([]);
  expect(await logs('--since', '1h')).toHaveLength(100);
  const { exitCode, stderr } = await dbg(['watch', web, '--since', '5m', '--until', '10m']);
  expect([exitCode, stderr]).toEqual([125, expect.stringContaining('cannot be after')]);
  expect(await logs('--tail', '0')).toEqual([]);
  expect(await logs()).toHaveLength(100);
});

test('a life: created, started, what it says, killed, with code and reason in words', async ({ lab }) => {
  const key = lab.name('k');
  const docker = execa('docker', ['events', '-f', `label=${key}`, '--format', '{{.TimeNano}} {{.Action}}'], {
    reject: false,
  });
  lab.cleanUp(async () => {
    docker.kill();
    await docker;
  });
  let told = '';
  docker.stdout.on('data', (piece) => (told += String(piece)));
  const watch = await watching(lab, ['--label', key]);
  const web = await lab.run('web', { options: ['--label', key], command: ['sh', '-c', 'echo hi; sleep 3600'] });
  await lab.docker('rename', web, `${web}-new`);
  await lab.docker('rename', `${web}-new`, web);
  await lab.docker('pause', web);
  await lab.docker('unpause', web);
  await watch.sees({ kind: 'log', container: web, text: 'hi' });
  await lab.docker('kill', web);
  const die = await watch.sees({ kind: 'event', container: web, text: 'died' });
  expect(die).toMatchObject({ text: 'died: exit code 137, ended by signal 9 (KILL)', details: { exitCode: 137 } });
  await watch.sees({ kind: 'event', text: 'left network' });
  const events = watch.entries().filter(({ kind }) => kind === 'event');
  const actions = ['create', 'connect', 'start', 'rename', 'rename', 'pause', 'unpause', 'kill', 'die', 'disconnect'];
  expect(events.map(({ details }) => details['action'])).toEqual(actions);
  // docker's filter by a label leaves out what networks tell of.
  await expect.poll(() => told.trim().split('\n').length).toBeGreaterThanOrEqual(8);
  expect(
    events
      .filter(({ details }) => details['type'] === 'container')
      .map(({ time, details }) => [time, details['action']]),
  ).toEqual(
    told
      .trim()
      .split('\n')
      .map((line) => {
        const [nanoseconds, action] = line.split(' ');
        return [new Date(Number(nanoseconds) / 1e6).toISOString(), action];
      }),
  );
  expect(await watch.end()).toBe(130);
});

test('lines, ends and starts as they happen; a stopped container is there from its start on', async ({ lab }) => {
  const web = await lab.run('web', { command: ['sh', '-c', 'echo begun; sleep 3600'] });
  await lab.docker('stop', web);
  const watch = await watching(lab, [web]);
  await lab.docker('start', web);
  await watch.sees({ kind: 'event', container: web, text: 'started' });
  await watch.sees({ kind: 'log', container: web, text: 'begun' });
  await lab.docker('restart', web);
  await expect.poll(() => watch.entries().filter(({ text }) => text === 'begun')).toHaveLength(2);
  await lab.docker('rm', '-f', web);
  await watch.sees({ kind: 'event', container: web, text: 'removed' });
  expect(watch.entries().filter(({ text }) => text === 'begun')).toHaveLength(2);
  expect(await watch.end()).toBe(130);
  await lab.docker('run', '-d', '--name', web, 'busybox', 'true');
});

test('containers of a project join as they are made, others do not; each has all of its lines', async ({ lab }) => {
  const project = lab.name('p');
  const labelled = ['--label', `com.docker.compose.project=${project}`];
  const watch = await watching(lab, ['--project', project]);
  expect(watch.said()).toContain('no container yet');
  const other = await counting(lab, 'other', 3);
  const said = 'sh -c';
  const names = await Promise.all(
    [1, 2, 3].map((number) =>
      lab.run(`c${number}`, { options: labelled, command: [...said.split(' '), `seq 1 200; exit ${number}`] }),
    ),
  );
  for (const [at, name] of names.entries()) {
    await watch.sees({ kind: 'event', container: name, text: `exit code ${at + 1}` });
    await expect
      .poll(() =>
        watch
          .entries()
          .filter(({ kind, container }) => kind === 'log' && container === name)
          .map(({ text }) => text),
      )
      .toEqual(Array.from({ length: 200 }, (_, line) => String(line + 1)));
  }
  expect(watch.entries().some(({ container }) => container === other)).toBe(false);
  await watch.end();
});

test('a container that runs for a moment and is removed at once has its lines in the timeline', async ({ lab }) => {
  const key = lab.name('k');
  const watch = await watching(lab, ['--label', key]);
  for (let at = 0; at < 5; at++) await lab.docker('run', '--rm', '--label', key, 'busybox', 'echo', `hello ${at}`);
  for (let at = 0; at < 5; at++) {
    await expect
      .poll(() =>
        watch
          .entries()
          .filter(({ text, kind }) => text === `hello ${at}` || (kind === 'note' && text.includes('gone before'))),
      )
      .not.toEqual([]);
  }
  const [heard, missed] = ['log', 'note'].map((wanted) => watch.entries().filter(({ kind }) => kind === wanted).length);
  expect(heard! + missed!).toBe(5);
  await watch.end();
});

test('killed for want of memory, and throttled: as it happens, from the kernel', async ({ lab }) => {
  const [eater, slow] = await Promise.all([
    lab.run('eater', {
      options: ['--memory', '16m', '-i'],
      command: ['sh', '-c', 'while read _; do tail /dev/zero; done; sleep 3600'],
    }),
    lab.run('slow', { options: ['--cpus', '0.02'], command: ['sh', '-c', 'while :; do :; done'] }),
  ]);
  const watch = await watching(lab, [`${eater},${slow}`]);
  await lab.docker('exec', eater, 'sh', '-c', 'tail /dev/zero; true');
  const seen = await watch.sees({ kind: 'oom', container: eater, text: 'the kernel killed' });
  expect(Number(seen.details['kills'])).toBeGreaterThan(0);
  const throttle = await watch.sees({ kind: 'throttle', container: slow, text: 'its limit is 0.02 CPUs' });
  expect(Number(throttle.details['percent'])).toBeGreaterThan(9);
  await watch.end();
});

test('cuts as they are made and undone, also one that was there before', async ({ lab }) => {
  const [web, db] = [await lab.run('web'), await lab.run('db')];
  const undo = () => dbg(['veth', `${web},${db}`, '--up']);
  lab.cleanUp(undo);
  await dbg(['veth', db, '--down']);
  const watch = await watching(lab, [`${web},${db}`]);
  const there = await watch.sees({ kind: 'cut', container: db });
  expect(there.text).toMatch(/^is cut already: eth0 down, by root, until it is undone/);
  await dbg(['veth', web, '--down']);
  expect((await watch.sees({ kind: 'cut', container: web, text: 'was cut' })).details).toMatchObject({
    state: 'made',
    what: 'down',
    interface: 'eth0',
    isInForce: true,
  });
  await dbg(['veth', web, '--up']);
  await watch.sees({ kind: 'cut', container: web, text: 'was undone' });
  await lab.docker('rm', '-f', db);
  await watch.sees({ kind: 'cut', container: db, text: /ended with its device|was undone/ });
  await watch.end();
  await lab.docker('run', '-d', '--name', db, 'busybox', 'true');
});

test('a log that the engine cannot read is told in one line', async ({ lab }) => {
  const mute = await lab.run('mute', {
    options: ['--log-driver', 'none'],
    command: ['sh', '-c', 'echo never; sleep 3600'],
  });
  const watch = await watching(lab, [mute]);
  const note = await watch.sees({ kind: 'note', container: mute });
  expect(note.text).toContain('its log cannot be read: ');
  await lab.docker('pause', mute);
  await watch.sees({ kind: 'event', container: mute, text: 'paused' });
  expect(watch.entries().filter(({ kind }) => kind === 'note')).toHaveLength(1);
  await lab.docker('unpause', mute);
  await watch.end();
});

test('on a terminal: names in colour, both streams told apart, nothing that drives it', async ({ lab }) => {
  const command = ['sh', '-c', String.raw`printf 'plain\n\033[2Jhidden\033]0;title\007\n'; echo bad >&2; sleep 3600`];
  const web = await lab.run('web', { command });
  const terminal = dbgOnTerminal(['watch', web, '--tail', 'all', '--until', '0s']);
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toContain(String.raw`\e[2Jhidden\e]0;title\u0007`);
  expect(terminal.screen()).toMatch(new RegExp(`\\u001b\\[36m${web} *\\u001b\\[0m  out       plain\r\n`));
  expect(terminal.screen()).toContain('\u001b[31merr     \u001b[0m  bad\r\n');
  const plainly: readonly Record<string, string>[] = [{ NO_COLOR: '1' }, { TERM: 'dumb' }];
  for (const env of plainly) {
    const plain = dbgOnTerminal(['watch', web, '--tail', 'all', '--until', '0s'], env);
    expect(await plain.ended).toBe(0);
    expect(plain.screen()).not.toContain('\u001b');
    expect(plain.screen()).toMatch(/ out {7}plain\r\n/);
  }
});

test('images and volumes on request; a reader that leaves; wrong words', async ({ lab }) => {
  const volume = lab.name('v');
  const watch = await watching(lab, ['--all-events']);
  await lab.docker('volume', 'create', volume);
  lab.cleanUp(() => lab.docker('volume', 'rm', volume));
  await watch.sees({ kind: 'event', text: `volume create ${volume}` });
  expect(await watch.end('SIGTERM')).toBe(143);

  await counting(lab, 'web', 3000);
  const { stdout } = await execa('bash', [
    '-c',
    `"$0" "$1" watch --tail all | head -n 2; echo "\${PIPESTATUS[0]}"`,
    process.execPath,
    DBG,
  ]);
  expect(stdout.split('\n').at(-1)).toBe('141');
  for (const [args, wanted] of [
    [['--since', 'yesterday'], /--since yesterday: no time/],
    [['--tail', 'many'], /--tail many: no number/],
    [['--grep', '('], /no regular expression/],
    [['nosuch-container'], /no container "nosuch-container"/],
  ] as const) {
    const { exitCode, stderr } = await dbg(['watch', ...args]);
    expect(exitCode).toBeGreaterThan(0);
    expect(stderr).toMatch(wanted);
  }
});
