import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa, type Options } from 'execa';
import { describe, expect } from 'vitest';
import { commandLines, DBG, dbg, dbgOnTerminal, says, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { person } from './support/person.ts';

const LISTENING = 'listening on';
const ASKED = 'asked: \u00e9 \u001b[31m\u0000\n';
const ANSWERED = 'answered:\t\u00f6 \u001b[0m\r\n';

/**
 * A container that answers on port 80 once it is asked, and one that asks. It must not answer before: BusyBox's nc ends when the other
 * end has, though it has not yet sent what it was given.
 */
async function pair(lab: Lab, network: readonly string[] = []) {
  const once = `head -n 1 >/dev/null; printf "${ANSWERED.replace('\u001b', '\\033')}"`;
  const answer = `while :; do nc -l -p 80 -e sh -c '${once}'; done`;
  const server = await lab.run('server', { options: network, command: ['sh', '-c', answer] });
  const client = await lab.run('client', { options: network });
  const address = await lab.address(server);
  const asked = ASKED.replace('\u001b', '\\033').replace('\u0000', '\\000');
  const talk = () => lab.docker('exec', client, 'sh', '-c', `printf '${asked}' | nc -w 1 ${address} 80`);
  return { server, talk };
}

/** dbg in a folder of the test's own. */
const within = (folder: string, args: readonly string[], options: Options = {}) =>
  execa(process.execPath, [resolve(DBG), ...args], { reject: false, stdin: 'ignore', cwd: folder, ...options });

/** Waits until a program that runs on has printed all of this. */
async function prints(program: { stdout: NodeJS.ReadableStream | null }, ...texts: string[]): Promise<void> {
  let said = '';
  program.stdout!.on('data', (chunk: Buffer) => (said += String(chunk)));
  await expect.poll(() => texts.every((text) => said.includes(text))).toBe(true);
}

const streamsIn = (folder: string) => readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
const sorted = (texts: readonly string[]) => texts.toSorted((a, b) => a.localeCompare(b));

describe('on stdout', () => {
  test.for([
    ['in the container', []],
    ['at the host end', ['--host-end']],
  ] as const)('%s: both sides, at once, through a pipe, and no file', async ([, options], { lab }) => {
    const { server, talk } = await pair(lab);
    const running = within(lab.folder, ['tcpflow', ...options, server, 'port', '80']);
    await says(running, LISTENING);
    const seen = prints(running, ': asked: .. .[31m', ': answered:... .[0m');
    await talk();
    await seen;
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(0);
    expect(readdirSync(lab.folder)).toEqual([]);
  });

  test('-B -C -0: exactly the bytes', async ({ lab }) => {
    const { server, talk } = await pair(lab);
    const running = within(lab.folder, ['tcpflow', server, '-B', '-C', '-0'], { stripFinalNewline: false });
    await says(running, LISTENING);
    await talk();
    running.kill('SIGTERM');
    const { stdout, exitCode } = await running;
    expect(exitCode).toBe(0);
    expect([ASKED + ANSWERED, ANSWERED + ASKED]).toContain(stdout);
  });

  test('a terminal: nothing that was sent drives it, and Ctrl-C loses nothing', async ({ lab }) => {
    const { server, talk } = await pair(lab);
    const terminal = dbgOnTerminal(['tcpflow', server]);
    await terminal.sees(LISTENING);
    await talk();
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain(': asked: .. .[31m');
    expect(terminal.screen()).toContain(': answered:... .[0m');
    expect(terminal.screen()).not.toContain('\u001b[31m');
  });

  test('what a container says to itself is there too', async ({ lab }) => {
    const { server } = await pair(lab);
    const running = dbg(['tcpflow', server]);
    await says(running, LISTENING);
    const seen = prints(running, '127.000.000.001.00080: to itself');
    await lab.docker('exec', server, 'sh', '-c', 'echo to itself | nc -w 1 127.0.0.1 80');
    await seen;
    running.kill('SIGINT');
    await running;
  });
});

test("-o: a person's folder, with both streams byte for byte and nothing else", async ({ lab }) => {
  const ann = await person(lab, { mayUseSudo: true });
  const { server, talk } = await pair(lab);
  const [file, ...args] = ann.dbg('tcpflow', server, '-o', 'streams', 'port', '80');
  const running = execa(file!, args, { reject: false, stdin: 'ignore' });
  await says(running, LISTENING);
  await talk();
  const folder = join(ann.home, 'streams');
  await expect.poll(() => sorted(streamsIn(folder))).toEqual(sorted([ASKED, ANSWERED]));
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(0);
  expect(readdirSync(ann.home)).toEqual(['streams']);
  expect(sorted(streamsIn(folder))).toEqual(sorted([ASKED, ANSWERED]));
  const all = [folder, ...readdirSync(folder).map((name) => join(folder, name))];
  expect(all.map((path) => statSync(path).uid)).toEqual(all.map(() => ann.uid));
});

test('a person writes no streams where they may not write', async ({ lab }) => {
  const ann = await person(lab, { mayUseSudo: true });
  const forbidden = join(lab.folder, 'roots');
  mkdirSync(forbidden, { mode: 0o755 });
  const [file, ...args] = ann.dbg('tcpflow', await lab.run(), '-o', join(forbidden, 'streams'));
  const { exitCode, stderr } = await execa(file!, args, { reject: false, stdin: 'ignore' });
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Permission denied')]);
  expect(readdirSync(forbidden)).toEqual([]);
});

test('--host-end of a container on two networks: one is to be named', async ({ lab }) => {
  const { server, talk } = await pair(lab, ['--network', await lab.network('first')]);
  await lab.docker('network', 'connect', await lab.network('second'), server);
  const unsure = await dbg(['tcpflow', '--host-end', server]);
  expect([unsure.exitCode, unsure.stderr]).toEqual([
    125,
    expect.stringMatching(/several interfaces: eth0 \(.*first\), eth1/),
  ]);
  const running = dbg(['tcpflow', '--host-end', '--interface', 'eth0', server]);
  await says(running, LISTENING);
  const seen = prints(running, ': asked:', ': answered:');
  await talk();
  await seen;
  running.kill('SIGINT');
  await running;
});

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s right after the last word loses nothing',
  async (signal, { lab }) => {
    const { server, talk } = await pair(lab);
    const running = dbg(['tcpflow', server]);
    await says(running, LISTENING);
    await talk();
    running.kill(signal);
    const { stdout, exitCode } = await running;
    expect(exitCode).toBe(0);
    expect(stdout).toContain(': asked:');
    expect(stdout).toContain(': answered:');
  },
);

test('kill -9 of dbg leaves no tcpflow', async ({ lab }) => {
  const server = await lab.run();
  const running = dbg(['tcpflow', server, 'port', '48213']);
  await says(running, LISTENING);
  const left = () => commandLines().filter((line) => line.startsWith('tcpflow') && line.endsWith('port 48213'));
  expect(left()).toHaveLength(1);
  running.kill('SIGKILL');
  await running;
  for (let tries = 0; left().length > 0 && tries < 100; tries++) await sleep(50);
  expect(left()).toEqual([]);
});

test("tcpflow's own error and exit code are kept", async ({ lab }) => {
  const { exitCode, stderr } = await dbg(['tcpflow', await lab.run(), 'this is no filter']);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("can't parse filter expression")]);
});
