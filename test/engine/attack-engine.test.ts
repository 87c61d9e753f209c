import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { cgroupProcs, parseCgroupMounts, parsePlaces } from '../../src/proc/cgroup.ts';
import { dbgOnTerminal } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import {
  dripping,
  endlessly,
  http,
  lyingEngine,
  WAYS,
  type Asked,
  type Json,
  type Lie,
} from './support/lying-engine.ts';
import { measured, type Measured } from './support/measured.ts';
import { makesCuts } from './support/cuts.ts';

// An engine may be anybody's. It can name a wrong container; it cannot make dbg touch a process that is not that id's, nor show a file
// that is no container's, nor keep dbg busy for ever.

/** Every verb that asks an engine about a container; `mark` is a file that a program would make. */
const verbs = (ref: string, mark: string): Readonly<Record<string, readonly string[]>> => ({
  exec: ['exec', ref, 'touch', mark],
  'exec --host-view': ['exec', '--host-view', ref, 'touch', mark],
  'exec --all': ['exec', '--all', ref, 'touch', mark],
  'exec --dry-run': ['exec', '--dry-run', ref, 'touch', mark],
  shell: ['shell', ref, '--', 'touch', mark],
  tcpdump: ['tcpdump', ref, '-D'],
  'tcpdump --where': ['tcpdump', '--where', '127.0.0.1:1', ref],
  tcpflow: ['tcpflow', '--dry-run', ref],
  veth: ['veth', ref],
  'veth --down': ['veth', '--down', ref],
  ns: ['ns', ref],
  ps: ['ps', ref],
  limits: ['limits', ref],
  env: ['env', ref],
  why: ['why', ref],
  'why HOST': ['why', ref, '127.0.0.1:80'],
  strace: ['strace', ref, '-c'],
  'strace --': ['strace', ref, '--', 'true'],
});

const MOST_MEGABYTES = 150;

/** What holds whatever the lie: dbg ends by itself, with an error of its own words, in bounds, and has run nothing. */
function holds(verb: string, result: Measured): void {
  const { ended, exitCode, stderr, megabytes, milliseconds } = result;
  console.log(`  ${verb}: ${milliseconds} ms, ${megabytes} MB, ${exitCode}: ${stderr.split('\n')[0]?.slice(0, 150)}`);
  expect.soft(ended, `${verb} ended by itself`).toBe(true);
  expect.soft(exitCode, `${verb}: ${stderr}`).toBe(125);
  expect.soft(stderr, verb).toMatch(/^dbg: [^]*\n {5}\S/);
  expect.soft(stderr.replaceAll('\n', ''), verb).not.toMatch(/\p{Cc}/u);
  expect.soft(megabytes, verb).toBeLessThan(MOST_MEGABYTES);
}

/** Runs these verbs with the engine that lies: all of them at a socket, and over TCP those that are named for it. */
async function tryAll(
  lab: Lab,
  lie: Lie,
  { only, tcp = [] }: { only?: readonly string[]; tcp?: readonly string[] } = {},
) {
  const container = await lab.run();
  const mark = join(lab.folder, 'ran');
  const all = verbs(container, mark);
  for (const [way, some] of [['unix', only ?? Object.keys(all)] as const, ['tcp', tcp] as const]) {
    if (some.length === 0) continue;
    const engine = await lyingEngine(lab, lie, way);
    for (const verb of some) holds(`${way} ${verb}`, await measured(all[verb]!, engine.env));
  }
  expect(existsSync(mark), 'a program was run').toBe(false);
}

const inspect = (change: (honest: Json) => unknown): Lie => ({ about: ['inspect'], change });
const withState = (over: Json): Lie =>
  inspect((honest) => ({ ...honest, State: { ...(honest['State'] as Json), ...over } }));

describe('an id that is none, with process 1, which is in no container', () => {
  makesCuts();

  test.for<unknown>([
    '/',
    ':',
    '0::/',
    '',
    '*',
    '?'.repeat(64),
    'docker',
    'f00dfeedcafe',
    'F'.repeat(64),
    `${'0'.repeat(64)}\n`,
    7,
    ['/'],
    null,
  ])('id %j', async (Id, { lab }) => {
    const lie = inspect((honest) => ({ ...honest, Id, State: { ...(honest['State'] as Json), Pid: 1 } }));
    await tryAll(lab, lie, Id === '/' ? {} : { only: ['exec', 'strace --', 'veth --down', 'why'] });
  });
});

describe("a process that is not the container's", () => {
  makesCuts();

  test.for<[string, unknown]>([
    ['none', 0],
    ['the first of all', 1],
    ['a negative number', -1],
    ['more than a PID can be', 2 ** 31],
    ['much more', 1e300],
    ['a half', 1.5],
    ['a text', '1'],
    ['a list', [1]],
    ['none there', 4_194_303],
    ['one of the host', process.pid],
    ["dbg's parent", process.ppid],
  ])('%s', async ([, Pid], { lab }) => {
    await tryAll(lab, withState({ Pid }), Pid === 1 ? {} : { only: ['exec', 'exec --all', 'limits', 'why'] });
  });

  test("another container's", async ({ lab }) => {
    await tryAll(lab, withState({ Pid: await lab.pid(await lab.run('other')) }));
  });

  test('a thread of one of its processes', async ({ lab }) => {
    const { pid, thread } = await threads(lab, await lab.run('other'));
    const other = JSON.parse(await lab.docker('inspect', lab.name('other')))[0] as Json;
    const as = (Pid: number): Lie =>
      inspect(() => ({ ...other, Name: `/${lab.name()}`, State: { ...(other['State'] as Json), Pid } }));
    await tryAll(lab, as(thread), { only: ['exec', 'exec --all', 'ps', 'strace'] });
    // The process itself would have been one of its: the test is about something.
    const honest = await lyingEngine(lab, as(pid));
    expect((await measured(['exec', '--host-view', lab.name(), 'true'], honest.env)).exitCode).toBe(0);
  });
});

/** A program with threads in a container's cgroups, and in its network. */
async function threads(lab: Lab, container: string): Promise<{ pid: number; thread: number }> {
  const enter = [
    '-t',
    String(await lab.pid(container)),
    '-n',
    '--',
    process.execPath,
    '-e',
    'console.log(1); setInterval(() => {}, 1e6)',
  ];
  const child = spawn('nsenter', enter, { stdio: ['ignore', 'pipe', 'inherit'] });
  lab.cleanUp(async () => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const pid = child.pid!;
  const places = parsePlaces(readFileSync(`/proc/${await lab.pid(container)}/cgroup`, 'utf8'));
  const mounts = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  for (const file of cgroupProcs(places, mounts)) writeFileSync(file, String(pid));
  const thread = readdirSync(`/proc/${pid}/task`)
    .map(Number)
    .find((id) => id !== pid)!;
  return { pid, thread };
}

/** A path that is not the container's file; `id` is the container's. */
const PATHS: readonly (readonly [string, (lab: Lab, id: string, name: string) => Promise<string> | string])[] = [
  ['a secret of the host', () => '/etc/shadow'],
  ["the host's own", (_, __, name) => `/etc/${name}`],
  [
    'a FIFO',
    async ({ folder }, id, name) => (await execa('mkfifo', [within(folder, id, name)]), within(folder, id, name)),
  ],
  ['a device without end', () => '/dev/zero'],
  ['a terminal', () => '/dev/tty'],
  ['a file of the kernel that waits', () => '/proc/kmsg'],
  ['a folder', ({ folder }, id, name) => (mkdirSync(within(folder, id, name)), within(folder, id, name))],
  [
    'a link to a secret',
    ({ folder }, id, name) => (symlinkSync('/etc/shadow', within(folder, id, name)), within(folder, id, name)),
  ],
  [
    'a second name of a secret',
    ({ folder }, id, name) => (
      writeFileSync(`${folder}/secret`, SECRET),
      linkSync(`${folder}/secret`, within(folder, id, name)),
      within(folder, id, name)
    ),
  ],
  [
    'a folder of that name that is a link',
    ({ folder }, id, name) => (symlinkSync('/etc', join(folder, id)), join(folder, id, name)),
  ],
  [
    'a sparse file',
    ({ folder }, id, name) => (
      writeFileSync(within(folder, id, name), ''),
      truncateSync(within(folder, id, name), 1_900_000_000),
      within(folder, id, name)
    ),
  ],
  [
    "somebody else's folder",
    async ({ folder }, id, name) => (
      writeFileSync(within(folder, id, name), SECRET),
      await execa('chown', ['1234', join(folder, id)]),
      within(folder, id, name)
    ),
  ],
  [
    "another container's",
    async (lab, _, name) =>
      join(dirname(await lab.docker('inspect', '-f', '{{.ResolvConfPath}}', await lab.run(`other-${name}`))), name),
  ],
  ['the way up from its own', (_, id) => `/var/lib/${id}/../../../etc/shadow`],
  ['the folder of a process', (_, __, name) => `/proc/self/root/etc/${name}`],
  ['no absolute one', () => 'etc/shadow'],
  ['a word of NULs', () => '/etc/shadow\0'],
  ['3 MB of one', () => `/${'a/'.repeat(1_500_000)}`],
];
const SECRET = 'root:planted:in-a-file-of-the-host\n';
const within = (folder: string, id: string, name: string) => (
  mkdirSync(join(folder, id), { recursive: true }),
  join(folder, id, name)
);

describe("a file that is not the container's", () => {
  const KEYS = { ResolvConfPath: 'resolv.conf', HostsPath: 'hosts' } as const;
  test.for(PATHS)('%s', async ([, make], { lab }) => {
    const container = await lab.run();
    const id = await lab.docker('inspect', '-f', '{{.Id}}', container);
    const secrets = [SECRET.trim(), readFileSync('/etc/shadow', 'utf8').split('\n')[0]!];
    for (const [key, name] of Object.entries(KEYS)) {
      const path = await make(lab, id, name);
      const engine = await lyingEngine(
        lab,
        inspect((honest) => ({ ...honest, [key]: path })),
      );
      const refused = await measured(['exec', container, 'cat', `/etc/${name}`], engine.env);
      holds(`exec, ${key}`, refused);
      expect.soft(refused.stderr).toContain('--host-view');
      for (const secret of secrets) expect.soft(refused.stdout + refused.stderr).not.toContain(secret);
      const without = await measured(['exec', '--host-view', container, 'true'], engine.env);
      expect.soft(without.exitCode, without.stderr).toBe(0);
      await execa('rm', ['-rf', join(lab.folder, id)]);
      if (existsSync(join(lab.folder, 'secret'))) await execa('rm', [join(lab.folder, 'secret')]);
    }
    // It goes without a hostname file: neither mounted, nor given to a command of the container's.
    const path = await make(lab, id, 'hostname');
    const engine = await lyingEngine(
      lab,
      inspect((honest) => ({ ...honest, HostnamePath: path })),
    );
    const seen = await measured(['exec', container, 'cat', '/etc/hostname'], engine.env);
    const given = await measured(['strace', container, '-qq', '-e', 'trace=none', '--', 'env'], engine.env);
    for (const { ended, exitCode, stdout, stderr, megabytes } of [seen, given]) {
      expect.soft([ended, exitCode], stderr).toEqual([true, 0]);
      expect.soft(megabytes).toBeLessThan(MOST_MEGABYTES);
      for (const secret of secrets) expect.soft(stdout + stderr).not.toContain(secret);
    }
    expect.soft(given.stdout).toMatch(/^PATH=/m);
    expect.soft(given.stdout).not.toMatch(/^HOSTNAME=/m);
  });

  test('the true ones, also of a container that shares the network of one that shares a network', async ({ lab }) => {
    const owner = await lab.run('owner', { options: ['--hostname', 'the-owner'] });
    const one = await lab.run('one', { options: ['--network', `container:${owner}`] });
    const two = await lab.run('two', { options: ['--network', `container:${one}`] });
    for (const each of [owner, one, two]) {
      const { stdout, exitCode } = await measured(['exec', each, 'cat', '/etc/hostname', '/etc/hosts']);
      expect([exitCode, stdout]).toEqual([0, await lab.docker('exec', owner, 'cat', '/etc/hostname', '/etc/hosts')]);
    }
    await lab.docker('rm', '-f', two);
  });
});

const raw = (text: string, about: readonly Asked[] = ['inspect', 'list']): Lie => ({
  about,
  say: (client) => void client.end(text),
});
const body = (text: string, about?: readonly Asked[]): Lie => raw(http(text), about);
const id = (at: number) => at.toString(16).padStart(64, '0');

/** What is no answer of an engine, and ends by itself. */
const ANSWERS: readonly (readonly [string, Lie])[] = [
  ['nothing at all', raw('')],
  ['no HTTP', raw('220 mail.example ESMTP\r\n')],
  ['HTTP/2', raw('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['a status that is none', raw('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n')],
  ['half of one', raw(http('{"Id":"'.padEnd(200, 'a')).slice(0, -100))],
  ['null', body('null')],
  ['a list, where one container is asked for', body('[]', ['inspect'])],
  ['a text', body('"web"')],
  [
    'wrong types everywhere',
    body(JSON.stringify({ Id: {}, State: [], Config: 'x', NetworkSettings: 7, HostConfig: null, Name: 3 })),
  ],
  ['an id behind __proto__', body(`{"__proto__":{"Id":"${id(1)}","State":{"Status":"running","Pid":1}}}`)],
  ['two ids', body(`{"Id":"${id(1)}","Id":"/","State":{"Status":"running","Pid":1}}`)],
  ['10 MB of [', body('['.repeat(10_000_000))],
  ['3 MB of [', body('['.repeat(3_000_000))],
  ['3 MB of {"a":', body('{"a":'.repeat(600_000))],
  [
    'a container with 3 MB of {},',
    inspect((honest) => JSON.stringify(honest).replace('{', `{"More":[${'{},'.repeat(1_000_000)}{}],`)),
  ],
  [
    'a container with a million numbers',
    inspect((honest) => ({ ...honest, Id: '/', More: Array.from({ length: 1_500_000 }, () => 0) })),
  ],
  ['a refusal of 3 MB', raw(http(JSON.stringify({ message: `\u001b[31m${'no '.repeat(1_000_000)}` }), 500))],
];

describe('an answer that is none', () => {
  test.for(ANSWERS)('%s', async ([, lie], { lab }) => {
    await tryAll(lab, lie, { only: ['exec', 'veth', 'strace --', 'limits'], tcp: ['exec', 'limits'] });
  });

  test.for<readonly [string, () => string]>([
    ['15 MB of {},', () => `[${'{},'.repeat(5_000_000)}{}]`],
    ['15 MB of [', () => '['.repeat(15_000_000)],
    [
      '100,000 containers',
      () =>
        JSON.stringify(
          Array.from({ length: 100_000 }, (_, at) => ({ Id: id(at), Names: [`/c${at}`], State: 'running' })),
        ),
    ],
    ['ids that are none', () => JSON.stringify([{ Id: '/', Names: ['/web'], State: 'running' }])],
    [
      'labels without end',
      () =>
        JSON.stringify(
          Array.from({ length: 4_000 }, (_, at) => ({
            Id: id(at),
            Labels: Object.fromEntries(Array.from({ length: 100 }, (__, label) => [`${at}-${label}`, 'x'])),
          })),
        ),
    ],
  ])('a list: %s', async ([, make], { lab }) => {
    for (const way of WAYS) {
      const engine = await lyingEngine(lab, body(make(), ['list']), way);
      for (const argv of [
        ['exec', 'none-of-them', 'true'],
        ['veth', '--all'],
        ['veth', '--restore-all', '--dry-run'],
        ['__complete', '--', 'exec', ''],
      ]) {
        const result = await measured(argv, engine.env);
        console.log(
          `  ${way} ${argv.join(' ')}: ${result.milliseconds} ms, ${result.megabytes} MB: ${result.stderr.split('\n')[0]?.slice(0, 100)}`,
        );
        expect.soft(result.ended, argv.join(' ')).toBe(true);
        expect.soft(result.megabytes, argv.join(' ')).toBeLessThan(MOST_MEGABYTES);
      }
    }
  });
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const say = (how: (client: Socket) => void, about: readonly Asked[] = ['inspect', 'list']): Lie => ({
  about,
  say: how,
});

/** What never ends: how much of it dbg may take, in MB. */
const ENDLESS: readonly (readonly [string, Lie, number])[] = [
  ['blanks', say((client) => endlessly(client, `${OK}\r\n`, ' '.repeat(65_536))), 40],
  ['brackets', say((client) => endlessly(client, `${OK}\r\n`, '['.repeat(65_536))), 40],
  [
    'containers',
    say((client) => endlessly(client, `${OK}\r\n[`, `{"Id":"${id(1)}","Names":["/web"]},`.repeat(1000))),
    40,
  ],
  [
    'chunks',
    say((client) => endlessly(client, `${OK}Transfer-Encoding: chunked\r\n\r\n`, `10000\r\n${' '.repeat(65_536)}\r\n`)),
    40,
  ],
  ['a header', say((client) => endlessly(client, `${OK}X: `, 'x'.repeat(65_536))), 20],
  ['headers', say((client) => endlessly(client, OK, `X: ${'x'.repeat(1000)}\r\n`)), 20],
  ['a status', say((client) => endlessly(client, 'HTTP/1.1 200 ', 'x'.repeat(65_536))), 20],
  ['a refusal', say((client) => endlessly(client, 'HTTP/1.1 500 No\r\n\r\n{"message":"', 'no'.repeat(30_000))), 40],
];

describe('an answer without end', () => {
  test.for(ENDLESS)('of %s', async ([, lie, most], { lab }) => {
    const container = await lab.run();
    for (const way of WAYS) {
      for (const verb of ['exec', 'limits']) {
        const engine = await lyingEngine(lab, lie, way);
        holds(`${way} ${verb}`, await measured(verbs(container, '/none')[verb]!, engine.env));
        expect.soft(engine.taken() / 1e6, `${way} ${verb}: MB taken`).toBeLessThan(most);
      }
    }
  });

  const SLOW: Readonly<Record<string, Lie>> = {
    silence: say(() => undefined),
    'a drop from time to time': say((client) => dripping(client, `${OK}\r\n`, ' ')),
    'a drop of a header': say((client) => dripping(client, `${OK}X: `, 'x')),
    'a word before the answer, again and again': say((client) => dripping(client, '', 'HTTP/1.1 100 Continue\r\n\r\n')),
    'less than it promised': say((client) => void client.write(`${OK}Content-Length: 5000\r\n\r\n{`)),
  };

  // dbg waits 20 seconds for an engine: for all of these at once.
  test('that comes slowly, or not at all: it is given up', async ({ lab }) => {
    const container = await lab.run();
    const all = Object.entries(SLOW).flatMap(([name, lie]) =>
      WAYS.map(async (way) => {
        const engine = await lyingEngine(lab, lie, way);
        holds(`${way}, ${name}`, await measured(verbs(container, '/none')['exec']!, engine.env));
      }),
    );
    await Promise.all(all);
  });
});

test.for([301, 302, 303, 307, 308])('a redirect with status %i leads nowhere', async (status, { lab }) => {
  const container = await lab.run();
  let visits = 0;
  const elsewhere = createServer((client) => {
    visits++;
    client.end(http('{"Id":"elsewhere"}'));
  });
  await new Promise<void>((resolve) => void elsewhere.listen(0, '127.0.0.1', resolve));
  lab.cleanUp(async () => elsewhere.close());
  const { port } = elsewhere.address() as AddressInfo;
  const locations = [
    `http://127.0.0.1:${port}/x`,
    `https://127.0.0.1:${port}/x`,
    `//127.0.0.1:${port}/x`,
    '/containers/json',
    'gopher://x',
    '::',
  ];
  // Each status by one, and one by all.
  for (const location of status === 302 ? locations : locations.slice(0, 1)) {
    for (const way of WAYS) {
      const engine = await lyingEngine(
        lab,
        raw(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`),
        way,
      );
      const result = await measured(['exec', container, 'true'], engine.env);
      holds(`${way} ${location}`, result);
      expect.soft(result.stderr).toContain(`answered with status ${status}`);
      expect.soft(engine.asked()).toBe(1);
    }
  }
  expect(visits).toBe(0);
});

/** How much of it dbg must have read, in MB, to show that it keeps up without keeping it: of headers, it reads no more than 64 kB. */
test.for<readonly [string, string, string, number]>([
  ['a line', `${OK}\r\n{"Action":"`, 'x'.repeat(65_536), 100],
  ['brackets', `${OK}\r\n{"Action":`, '['.repeat(65_536), 100],
  ['lines that are none', `${OK}\r\n`, '{}\n[]\n{"Action":7}\n'.repeat(3000), 50],
  ['headers', OK, `X: ${'x'.repeat(1000)}\r\n`, 0],
])('events without end, of %s: the shell is not held up, and ends', async ([, beginning, piece, least], { lab }) => {
  const container = await lab.run();
  for (const way of WAYS) {
    const engine = await lyingEngine(
      lab,
      say((client) => endlessly(client, beginning, piece), ['events']),
      way,
    );
    const terminal = dbgOnTerminal(['shell', '-q', container], { ...engine.env, SHELL: '/bin/sh' });
    await terminal.sees('$ ');
    await expect.poll(() => engine.taken() / 1e6).toBeGreaterThan(least);
    const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${terminal.pid}/status`, 'utf8'))![1]) / 1024;
    console.log(`  ${way}: ${Math.round(peak)} MB, ${Math.round(engine.taken() / 1e6)} MB taken`);
    expect.soft(peak).toBeLessThan(MOST_MEGABYTES);
    terminal.type('exit 7\r');
    expect(await terminal.ended).toBe(7);
  }
});

test('names with escape sequences, and a label called __proto__, are text', async ({ lab }) => {
  const container = await lab.run();
  const evil = '\u001b]0;owned\u0007\u001b[2J\u202e';
  const lie: Lie = {
    about: ['inspect', 'list', 'network'],
    change: (honest) => {
      const one = (each: Json) => ({
        ...each,
        Labels: JSON.parse(`{"__proto__":${JSON.stringify(evil)},"toString":"x"}`) as Json,
        Image: evil,
      });
      return Array.isArray(honest)
        ? (honest as Json[]).map(one)
        : { ...honest, Config: { ...(honest['Config'] as Json), Image: evil, WorkingDir: evil } };
    },
  };
  for (const way of WAYS) {
    const engine = await lyingEngine(lab, lie, way);
    for (const argv of [
      ['exec', container, 'true'],
      ['veth', container],
      ['ns', container],
      ['ps', container],
      ['limits', container],
      ['tcpdump', container, '-D'],
    ]) {
      const { exitCode, stdout, stderr } = await measured(argv, engine.env);
      expect.soft(exitCode, `${argv.join(' ')}: ${stderr}`).toBe(0);
      expect.soft((stdout + stderr).replaceAll('\n', ''), argv.join(' ')).not.toMatch(/(?!\t)\p{Cc}|\u202e/u);
    }
  }
});
