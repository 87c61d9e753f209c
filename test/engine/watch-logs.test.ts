import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { DBG, dbg, dbgOnTerminal, dbgRedirected } from './support/dbg.ts';
import { test } from './support/lab.ts';

const SAYS = [
  'echo first',
  'echo bad >&2',
  String.raw`printf 'esc \033[31mred\033[0m \377\000 bytes\r\n'`,
  'head -c 1000000 /dev/zero | tr "\\0" m',
  'echo',
  'echo worse >&2',
  'printf "no end"',
].join('; ');

const bytes = async (program: string, args: readonly string[]) => {
  const { stdout, stderr, exitCode } = await execa(program, args, {
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
  });
  return { stdout: Buffer.from(stdout).toString('latin1'), stderr: Buffer.from(stderr).toString('latin1'), exitCode };
};
const ofDbg = (...args: readonly string[]) => bytes(process.execPath, [DBG, ...args]);

test('dbg logs: byte for byte what docker logs shows, with each of its options', async ({ lab }) => {
  const plain = await lab.run('plain', {
    options: ['--label', 'a=b', '--log-opt', 'labels=a'],
    command: ['sh', '-c', SAYS],
  });
  const tty = await lab.run('tty', { options: ['-t'], command: ['sh', '-c', SAYS] });
  await lab.docker('wait', plain, tty);
  for (const name of [plain, tty]) {
    const [first = ''] = (await lab.docker('logs', '-t', '-n', '3', name)).split(' ');
    for (const options of [
      [],
      ['-t'],
      ['--details', '-t'],
      ['-n', '2'],
      ['-n', '0'],
      ['-f'],
      ['-f', '-t', '--tail', '1'],
      ['--since', '1h'],
      ['--until', '1h'],
      ['-n', 'all', '--since', first],
    ]) {
      expect(await ofDbg('logs', ...options, name), `${name} ${options.join(' ')}`).toEqual(
        await bytes('docker', ['logs', ...options, name]),
      );
    }
  }
});

test('dbg logs -f: from run to end, as it is written; ends with the container; each line once', async ({ lab }) => {
  const script = 'echo a; for f in one two; do until [ -e /$f ]; do sleep 0.1; done; echo $f; done; echo z >&2';
  const web = await lab.run('web', { command: ['sh', '-c', script] });
  const running = execa(process.execPath, [DBG, 'logs', '-f', web], { reject: false, stdin: 'ignore' });
  let seen = '';
  running.stdout.on('data', (piece) => (seen += String(piece)));
  await expect.poll(() => seen).toBe('a\n');
  await lab.docker('exec', web, 'touch', '/one');
  await expect.poll(() => seen).toBe('a\none\n');
  await lab.docker('exec', web, 'touch', '/two');
  const { stdout, stderr, exitCode } = await running;
  expect([stdout, stderr, exitCode]).toEqual(['a\none\ntwo', 'z', 0]);
});

test('dbg logs: a terminal is not driven; a reader that leaves; a full disk; no log; no container', async ({ lab }) => {
  const web = await lab.run('web', { command: ['sh', '-c', `${SAYS}; seq 1 200000`] });
  await lab.docker('wait', web);
  const terminal = dbgOnTerminal(['logs', '-n', '3', web]);
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toBe('199998\r\n199999\r\n200000\r\n');
  const colours = await lab.run('colours', { command: ['printf', String.raw`\033[31mred\033[0m\n`] });
  await lab.docker('wait', colours);
  const shown = dbgOnTerminal(['logs', colours]);
  expect(await shown.ended).toBe(0);
  expect(shown.screen()).toBe('\\e[31mred\\e[0m\r\n');

  const { stdout } = await execa('bash', [
    '-c',
    `"$0" "$1" logs "$2" 2>/dev/null | head -n 1; echo "\${PIPESTATUS[0]}"`,
    process.execPath,
    DBG,
    web,
  ]);
  expect(stdout).toBe('first\n141');
  const full = await dbgRedirected(['logs', web], '>/dev/full');
  expect([full.exitCode, full.stderr]).toEqual([125, expect.stringContaining('cannot be written: ENOSPC')]);
  const mute = await lab.run('mute', { options: ['--log-driver', 'none'] });
  const none = await dbg(['logs', mute]);
  expect([none.exitCode, none.stdout, none.stderr]).toEqual([
    125,
    '',
    expect.stringMatching(/cannot be read: .*\n.*LogConfig/),
  ]);
  expect((await dbg(['logs', 'nosuch'])).exitCode).toBe(125);
  expect((await dbg(['logs'])).exitCode).toBe(2);
});

test('dbg events: byte for byte what docker events shows, with each of its options', async ({ lab }) => {
  const since = String(Math.floor(Date.now() / 1000) - 1);
  const web = await lab.run('web', { options: ['--label', 'z=last', '--label', 'a=first'] });
  await lab.network('n');
  await lab.docker('kill', web);
  await lab.docker('wait', web);
  const until = String(Math.floor(Date.now() / 1000) + 1);
  await expect.poll(() => Date.now() / 1000).toBeGreaterThan(Number(until));
  for (const options of [
    [],
    ['--format', 'json'],
    ['-f', 'event=die'],
    ['--filter', `container=${web}`, '-f', 'type=container'],
    [
      '--format',
      '{{.Type}}={{.Action}}: {{.Actor.ID}} {{.Actor.Attributes}} {{.ID}} {{.From}} {{.Status}} {{.TimeNano}} {{json .Actor.Attributes.name}}',
    ],
    ['-f', 'type=network'],
  ]) {
    const args = ['events', '--since', since, '--until', until, ...options];
    const wanted = await bytes('docker', args);
    expect(wanted.stdout, options.join(' ')).not.toBe('');
    expect(await ofDbg(...args), options.join(' ')).toEqual(wanted);
  }
  for (const [args, why] of [
    [['--format', '{{.Nosuch}}'], /\{\{\.Nosuch\}\} is not known/],
    [['--filter', 'die'], /--filter die: no KEY=VALUE/],
  ] as const) {
    const { exitCode, stderr } = await dbg(['events', '--until', '0s', ...args]);
    expect([exitCode === 0, stderr]).toEqual([false, expect.stringMatching(why)]);
  }
});

test('a recording: for its owner alone, never written over, and told when the disk is full', async ({ lab }) => {
  const web = await lab.run('web', { command: ['sh', '-c', 'echo hello; sleep 3600'] });
  const path = join(lab.folder, 'night.ndjson');
  const args = ['watch', web, '--tail', 'all', '--until', '0s', '--record'];
  const made = await dbg([...args, path]);
  expect([made.exitCode, made.stderr]).toEqual([
    0,
    expect.stringMatching(/recorded \d+ entries and 0 samples, .* in .*night\.ndjson/),
  ]);
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, { text?: string }>);
  expect(lines[0]).toMatchObject({ recording: 'dbg watch', version: 1 });
  expect(lines.some(({ entry }) => entry?.text === 'hello')).toBe(true);
  expect(lines.at(-1)).toMatchObject({ end: { isFull: false } });
  expect((await execa('stat', ['-c', '%a', path])).stdout).toBe('600');
  const again = await dbg([...args, path]);
  expect([again.exitCode, again.stderr]).toEqual([125, expect.stringContaining('never written over')]);

  // A file system of 64 KiB.
  const small = join(lab.folder, 'small');
  await execa('mkdir', [small]);
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
  lab.cleanUp(() => execa('umount', [small]));
  const loud = await lab.run('loud', { command: ['sh', '-c', 'seq 1 3000; sleep 3600'] });
  await expect.poll(() => lab.docker('logs', '-n', '1', loud)).toBe('3000');
  const full = await dbg(['watch', loud, '--tail', 'all', '--until', '0s', '--record', join(small, 'night')]);
  expect([full.exitCode, full.stderr]).toEqual([0, expect.stringContaining('no space left for')]);
  expect(String(full.stdout)).toMatch(/ 3000$/m);
  const kept = readFileSync(join(small, 'night'), 'utf8');
  expect(kept.endsWith('}\n')).toBe(true);
});
