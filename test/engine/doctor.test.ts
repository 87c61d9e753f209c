import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { cutGuards, makesCuts } from './support/cuts.ts';
import { dbg, DBG, firstLine, processes } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { type Lie, lyingEngine } from './support/lying-engine.ts';
import { person } from './support/person.ts';

interface Part {
  readonly id: string;
  readonly state: string;
  readonly seen: string | null;
  readonly unknown: string | null;
  readonly findings: readonly { readonly sentence: string; readonly next: readonly { readonly command: string }[] }[];
}

/** dbg answers within 2 s; a busy machine is given more, and the time is printed. */
const MOST_MS = 30_000;

/** What dbg doctor says of each part, by id. */
async function doctor(env: Record<string, string> = {}) {
  const began = performance.now();
  const { stdout, stderr, exitCode } = await dbg(['doctor', '--json'], { env, timeout: MOST_MS });
  console.log(`  ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return { ...parsed(stdout), stderr, exitCode };
}

function parsed(stdout: unknown) {
  const { broken, parts } = JSON.parse(String(stdout)) as { broken: boolean; parts: readonly Part[] };
  return { broken, part: (id: string) => parts.find((each) => each.id === id)!, parts };
}

const parentOf = (pid: number) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

const commands = ({ findings }: Part) => findings.flatMap(({ next }) => next.map(({ command }) => command));

describe('a host on which dbg works', () => {
  test('says so, and with which engine', async ({ lab }) => {
    await lab.run('web');
    const version = await lab.docker('version', '-f', '{{.Server.Version}}, API {{.Server.APIVersion}}');
    const { stdout, stderr, exitCode } = await dbg(['doctor']);
    const [first, ...lines] = String(stdout).split('\n');
    expect([first, stderr, exitCode]).toEqual(['dbg works on this host', '', 0]);
    expect(lines).toContainEqual(expect.stringContaining(`✓ engine.answers       Docker ${version}, at unix://`));
    expect(lines).toContainEqual(expect.stringMatching(/^✓ engine\.processes .* is process \d+ of this host/));
    expect(lines).toContainEqual(expect.stringContaining(`of Linux ${release()}`));
  });

  test('a part of the kernel is there as dbg says: the kernel agrees', async ({ lab }) => {
    const web = await lab.run('web');
    const { part } = await doctor();
    const isThere = (id: string) => part(id).state === 'good';
    const kind = async (...words: readonly string[]) => {
      const argv = ['-t', String(await lab.pid(web)), '-n', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', ...words];
      return (await execa('nsenter', argv, { reject: false })).exitCode === 0;
    };
    expect(isThere('kernel.netem')).toBe(await kind('netem', 'delay', '1ms'));
    await execa('nsenter', ['-t', String(await lab.pid(web)), '-n', 'tc', 'qdisc', 'del', 'dev', 'lo', 'root'], {
      reject: false,
    });
    expect(isThere('kernel.tbf')).toBe(await kind('tbf', 'rate', '1mbit', 'burst', '16k', 'limit', '64k'));
    expect([isThere('kernel.packet'), isThere('kernel.nftables')]).toEqual([true, true]);
  });

  test('the engine is asked three questions at most', async ({ lab }) => {
    const web = await lab.run('web');
    // A container of another test may end while dbg looks, and then the next one is asked about.
    const isIts = ({ Names }: { Names: string[] }) => Names.includes(`/${web}`);
    const ownAlone = (honest: unknown) => (honest as { Names: string[] }[]).filter(isIts);
    const engine = await lyingEngine(lab, { about: ['list'], change: ownAlone });
    const { part } = await doctor(engine.env);
    expect(part('engine.answers')).toMatchObject({ state: 'good', seen: expect.stringContaining('by DOCKER_HOST') });
    expect(engine.asked()).toBe(3);
  });
});

describe('the engine', () => {
  test.for<[string, Lie, string, string]>([
    ['says nothing', { about: ['other'], say: () => undefined }, 'engine.answers', 'has not answered for '],
    [
      'speaks no HTTP',
      { about: ['other'], say: (client) => client.end('220 mail\r\n') },
      'engine.answers',
      'does not speak HTTP',
    ],
    [
      'answers with an error',
      { about: ['other'], say: (client) => client.end('HTTP/1.1 500 No\r\n\r\n{"message":"no \\u001b[2J"}') },
      'engine.answers',
      'answered with status 500: no \u001b[2J',
    ],
    [
      'runs on another kernel',
      { about: ['other'], change: (honest) => ({ ...honest, KernelVersion: '5.10.0-linuxkit' }) },
      'engine.processes',
      'is on another machine, or in a virtual one',
    ],
    [
      'names processes of others',
      { about: ['inspect'], change: (honest) => ({ ...honest, State: { ...(honest['State'] as object), Pid: 1 } }) },
      'engine.processes',
      'process 1 of this host is not in that container',
    ],
  ])('%s', async ([, lie, id, says], { lab }) => {
    await lab.run('web');
    const engine = await lyingEngine(lab, lie);
    const { broken, part, exitCode } = await doctor(engine.env);
    expect([broken, exitCode, part(id).state]).toEqual([true, 1, 'broken']);
    expect(part(id).findings[0]?.sentence).toContain(says);
    const { stdout } = await dbg(['doctor'], { env: engine.env });
    expect(stdout).not.toContain('\u001b');
  });

  test('tells its version and then hangs', async ({ lab }) => {
    await lab.run('web');
    const engine = await lyingEngine(lab, { about: ['list'], say: () => undefined });
    const { part, exitCode } = await doctor(engine.env);
    expect([exitCode, part('engine.processes').state]).toEqual([0, 'suspect']);
    expect(commands(part('engine.processes'))).toEqual(['journalctl -u docker -n 50']);
  });

  test('is not there, or not where TLS files are', async ({ lab }) => {
    const env = { DOCKER_HOST: `unix://${lab.folder}/none.sock` };
    expect(commands((await doctor(env)).part('engine.answers'))[0]).toBe('sudo systemctl start docker');
    const tls = { DOCKER_HOST: 'tcp://127.0.0.1:1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: lab.folder };
    const { part, exitCode } = await doctor(tls);
    expect([exitCode, part('engine.answers').findings[0]?.sentence]).toEqual([
      1,
      expect.stringContaining("the engine's TLS certificates cannot be read"),
    ]);
  });
});

describe('a person without root', () => {
  test.for([true, false])('sudo lets them: %s', async (mayUseSudo, { lab }) => {
    const ann = await person(lab, { mayUseSudo });
    const [file = '', ...argv] = ann.dbg('doctor', '--json');
    const { stdout, stderr, exitCode } = await execa(file, argv, { reject: false, stdin: 'ignore' });
    const { part } = parsed(stdout);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(part('engine.answers')).toMatchObject({
      state: 'open',
      unknown: expect.stringContaining('permission denied'),
    });
    expect(part('left.cuts')).toMatchObject({ state: 'open', unknown: expect.stringContaining('only root') });
    expect([part('rights.root').state, part('tools.nsenter').state]).toEqual(['note', 'good']);
    expect(commands(part('rights.root'))[0]).toMatch(/^sudo .*dbg doctor$/);
  });
});

describe('tools', () => {
  test('one that hangs, one of BusyBox, one that cannot be run', async ({ lab }) => {
    const bin = join(lab.folder, 'bin');
    mkdirSync(bin);
    const program = (name: string, text: string) => {
      writeFileSync(join(bin, name), text);
      chmodSync(join(bin, name), 0o755);
    };
    program('ip', '#!/bin/sh\nexec sleep 3711\n');
    program('nsenter', '#!/bin/sh\necho "BusyBox v1.35.0"; echo " -t PID"; exit 1\n');
    program('tcpdump', '\x00\x01no program');
    const { part, exitCode, parts } = await doctor({ PATH: `${bin}:${process.env['PATH']}` });
    expect([exitCode, part('tools.nsenter').findings[0]?.sentence]).toEqual([
      1,
      expect.stringContaining('does not know --target, --net'),
    ]);
    expect(part('tools.ip').findings[0]?.sentence).toContain('does not say which version');
    expect(part('tools.tcpdump').state).toBe('note');
    expect(part('left.cuts')).toMatchObject({ state: 'open', unknown: 'ip does not answer' });
    expect(parts.filter(({ state }) => state === 'broken').map(({ id }) => id)).toEqual(['tools.nsenter']);
    expect(processes().filter(({ command }) => command.includes('sleep 3711'))).toEqual([]);
  });
});

describe('what dbg has left', () => {
  makesCuts();

  test('a cut that is wanted, and one whose guard was killed', async ({ lab }) => {
    const web = await lab.run('web');
    // A busy machine takes more than a second from the first line to the kill.
    const running = dbg(['veth', web, '--down', '--for', '5s']);
    await firstLine(running);
    for (const pid of await cutGuards(lab, web)) process.kill(pid, 'SIGKILL');
    running.kill('SIGKILL');
    await running;
    const about = async () =>
      (await doctor()).part('left.cuts').findings.filter(({ sentence }) => sentence.includes(`${web}/eth0`));
    await expect.poll(about, { timeout: MOST_MS, interval: 1_000 }).toEqual([
      expect.objectContaining({
        sentence: expect.stringMatching(/should have ended \d seconds ago: its guard was killed/),
      }),
    ]);
    await dbg(['veth', web, '--up']);
    expect(await about()).toEqual([]);
    await dbg(['veth', web, '--blackhole']);
    const { state, findings } = (await doctor()).part('left.cuts');
    expect(findings.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringMatching(/^\d+ cuts? (is|are) in force/),
    );
    expect(state).not.toBe('good');
    await dbg(['veth', web, '--up']);
  });

  test('a guard that was stopped', async ({ lab }) => {
    const web = await lab.run('web');
    const running = dbg(['exec', web, 'sh', '-c', 'echo ready; sleep 3712']);
    await firstLine(running);
    const guard = () =>
      processes().find(({ pid, command }) => /dbg-guard \d+$/.test(command) && parentOf(pid) === running.pid);
    await expect.poll(guard).toBeDefined();
    const { pid } = guard()!;
    process.kill(pid, 'SIGSTOP');
    try {
      const { part, exitCode } = await doctor();
      expect(exitCode).toBe(0);
      expect(commands(part('left.guards'))).toContain(`sudo kill -CONT ${pid}`);
    } finally {
      process.kill(pid, 'SIGCONT');
      running.kill('SIGTERM');
      await running;
    }
  });

  test('a socket of dbg api whose dbg was killed together with its sweeper', async ({ lab }) => {
    const env = { XDG_RUNTIME_DIR: lab.folder };
    const running = execa(
      process.execPath,
      [DBG, 'api', 'snoop', '--', 'sh', '-c', 'sleep 0.5; echo $DOCKER_HOST; exec sleep 60'],
      { reject: false, env },
    );
    const path = (await firstLine(running)).replace('unix://', '');
    const folder = path.replace('/docker.sock', '');
    const left = async () =>
      (await doctor(env)).part('left.stand-ins').findings.flatMap(({ next }) => next.map(({ command }) => command));
    expect(await left()).not.toContain(`rm -r -- ${folder}`);
    for (const { pid, command } of processes()) if (command.includes(`dbg-sweep ${path}`)) process.kill(pid, 'SIGKILL');
    running.kill('SIGKILL');
    await running;
    expect(await left()).toContain(`rm -r -- ${folder}`);
    expect(existsSync(path)).toBe(true);
    rmSync(folder, { recursive: true });
    expect(await left()).not.toContain(`rm -r -- ${folder}`);
  });
});
