import { describe, expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { homeInside, withDefaults } from '../../../../src/enter/environment/container-environment.ts';
import ATTACH_SCRIPT from '../../../../src/process/strace/attach.sh';
import START_SCRIPT from '../../../../src/process/strace/start.sh';
import WATCH_SCRIPT from '../../../../src/process/strace/watch.sh';
import { container, fakeContext, fakeHost, ID } from '../../fakes.ts';

const HOSTNAME = `/var/lib/docker/containers/${ID}/hostname`;
const stat = (pid: number, name: string, start: number) =>
  `${pid} (${name}) S 1 1 1 0 -1 4194560 969 0 2 0 9 9 0 0 20 0 1 0 ${start} 2322432 316`;
const files = (over: Readonly<Record<string, string>> = {}) => ({
  '/proc/uptime': '30.00 50.00\n',
  '/proc/1234/cgroup': `0::/docker/${ID}\n`,
  '/proc/1234/stat': stat(1234, 'nginx', 4242),
  '/proc/1234/status':
    'Name:\tnginx\nTracerPid:\t0\nUid:\t0\t101\t0\t0\nGid:\t0\t101\t0\t0\nGroups:\t101\nNSpid:\t1234\t1\n',
  '/proc/1240/cgroup': `0::/docker/${ID}\n`,
  '/proc/1240/stat': stat(1240, 'worker', 5000),
  '/proc/1240/status': 'Name:\tworker\nTracerPid:\t0\nUid:\t0\t101\t0\t0\nNSpid:\t1240\t7\n',
  '/proc/self/status': 'Name:\tnode\nUid:\t1000\t1000\t0\t0\nGid:\t1000\t1001\t0\t0\n',
  [HOSTNAME]: 'c0ffee\n',
  '/proc/1234/uid_map': '0 0 4294967295\n',
  '/proc/1234/gid_map': '0 0 4294967295\n',
  '/proc/1234/root/etc/passwd': 'root:x:0:0::/root:/bin/sh\nweb:x:101:101::/srv:/bin/sh\n',
  ...over,
});
const links = { '/proc/self/ns/user': 'user:[1]', '/proc/1234/ns/user': 'user:[1]' };
const host = (over: Parameters<typeof fakeHost>[0] = {}) => fakeHost({ files: files(), links, ...over });
const ATTACH = ['sh', '-c', ATTACH_SCRIPT, 'dbg-strace', ID];
const SUDO = { SUDO_USER: 'ann', SUDO_GID: '1001', SUDO_COMMAND: '/usr/bin/dbg strace web' };
const AS_ANN = [
  'setpriv',
  '--reuid=ann',
  '--regid=1001',
  '--init-groups',
  '--inh-caps=+sys_ptrace,+kill',
  '--ambient-caps=+sys_ptrace,+kill',
  '--',
];

describe('what runs already', () => {
  test.each([
    [['web'], {}, ['1', '1234', '4242', '2', 'strace', '-f']],
    [['web', '-e', 'trace=file', '-tt'], {}, ['1', '1234', '4242', '2', 'strace', '-f', '-e', 'trace=file', '-tt']],
    [['--process', '7', 'web'], {}, ['1', '1240', '5000', '2', 'strace', '-f']],
    [['--process', 'worker', 'web'], {}, ['1', '1240', '5000', '2', 'strace', '-f']],
    [['--all', 'web', '-c'], {}, ['2', '1234', '4242', '1240', '5000', '2', 'strace', '-f', '-c']],
    [['web', '-o', 'x'], SUDO, ['1', '1234', '4242', '9', ...AS_ANN, 'strace', '-f', '-o', 'x']],
    [['web', '-c'], SUDO, ['1', '1234', '4242', '2', 'strace', '-f', '-c']],
  ])('dbg strace %j %j', async (args, env, rest) => {
    const ctx = fakeContext({ args: ['strace', ...args], env, host: host({ exitCode: 130 }) });
    expect(await run(ctx)).toBe(130);
    expect(ctx.host.ran).toEqual([[...ATTACH, ...rest]]);
    expect(ctx.printed).toEqual({ out: '', err: '' });
  });

  test('--dry-run, by the person: whose files they will be is known', async () => {
    const ctx = fakeContext({
      args: ['strace', '--dry-run', 'web', '-o', 'x'],
      env: { USER: 'ann' },
      host: host({ isRoot: false }),
    });
    expect(await run(ctx)).toBe(0);
    expect(ctx.printed.out).toMatch(/^sudo sh -c [^]* --reuid=ann --regid=1001 .* strace -f -o x\n$/);
    expect(ctx.host.ran).toEqual([]);
  });
});

describe('a command', () => {
  const start = async (args: string[], over: Parameters<typeof container>[0] = {}) => {
    const ctx = fakeContext({
      args: ['strace', ...args],
      env: { TERM: 'vt52', HOME: '/root' },
      host: host({ exitCode: 5 }),
      containers: [container(over)],
    });
    return { exitCode: await run(ctx), ctx, argv: ctx.host.ran[0] ?? [] };
  };

  test('the watcher gets strace, and the entry is the container’s whole world, by its user', async () => {
    const { exitCode, argv } = await start(['web', '-y', '--', 'cat', 'a b'], { workingDir: '/srv' });
    expect(exitCode).toBe(5);
    const strace = ['strace', '-f', '-e', 'signal=!SIGSTOP,SIGCONT', '-y'];
    const own = argv.indexOf('sh');
    expect(argv.slice(own - 3, own)).toEqual([
      expect.stringContaining('isInput'),
      expect.stringMatching(/^calls=\d+,\d+$/),
      '--',
    ]);
    expect(argv.slice(own, own + 7 + strace.length)).toEqual([
      'sh',
      '-c',
      START_SCRIPT,
      'dbg-strace',
      WATCH_SCRIPT,
      '4',
      '5',
      ...strace,
    ]);
    const last = argv.slice(argv.indexOf('join=cgroup,pid,mnt'));
    expect(last).toEqual(expect.arrayContaining(['wait=1', 'stop=1', 'directory=/srv', 'uid=101']));
    expect(last.slice(-3)).toEqual(['--', 'cat', 'a b']);
  });

  test('with its environment, as docker exec, but for names that no shell hands on', async () => {
    const env = ['PATH=/app', 'A=b=c', 'LD_PRELOAD=/x.so', 'GCONV_PATH=/y', 'bad-name=1'];
    const { ctx } = await start(['web', '--', 'ls'], {
      env,
      files: { 'resolv.conf': '', hosts: '', hostname: HOSTNAME },
    });
    expect(ctx.host.ranWith).toEqual([
      {
        DBG_ENV_PATH: '/app',
        DBG_ENV_HOSTNAME: 'c0ffee',
        DBG_ENV_HOME: '/srv',
        DBG_ENV_A: 'b=c',
        DBG_ENV_LD_PRELOAD: '/x.so',
        DBG_ENV_GCONV_PATH: '/y',
      },
    ]);
    expect(ctx.printed.err).toContain('the program does not get bad-name of the container');
  });

  test.each([
    ['entered\nstrace 1', 137, 1, ''],
    ['strace 1', 137, 1, ''],
    ['entered', 137, 137, ''],
    ['gone', 125, 125, '"web" ended or was restarted just now; nothing was run'],
  ])('%j and code %d', async (report, code, exitCode, err) => {
    const fake = { ...host(), run: async () => ({ exitCode: code, report }) };
    const ctx = fakeContext({ args: ['strace', 'web', '--', 'ls'], host: fake });
    expect(await run(ctx)).toBe(exitCode);
    expect(ctx.printed.err).toContain(err);
  });
});

test('environment: what docker gives when the container has none', () => {
  expect(withDefaults([], { HOME: '/' })).toEqual({
    variables: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/' },
    withheld: [],
  });
  expect(homeInside(host(), 1234, 101)).toBe('/srv');
  expect(homeInside(host(), 1234, 7)).toBe('/');
});

describe('refused: nothing is run', () => {
  const paused = [container({ state: { status: 'paused' } })];
  const traced = { '/proc/1234/status': 'Name:\tnginx\nTracerPid:\t812\nNSpid:\t1234\t1\n', '/proc/812/comm': 'gdb\n' };
  test.each([
    [
      ['web'],
      { containers: paused },
      125,
      'is paused: strace would hang on it, deaf to Ctrl-C\n     let it go on:  docker unpause web',
    ],
    [['web', '--', 'ls'], { containers: paused }, 125, 'is paused'],
    [
      ['web'],
      { host: host({ files: files(traced) }) },
      125,
      'process 1234 (nginx) is traced already, by process 812 (gdb)',
    ],
    [['--all', 'web'], { host: host({ files: files(traced) }) }, 125, 'is traced already'],
    [['--process', '99', 'web'], {}, 125, 'no process of "web" is number 99'],
    [['web'], { host: host({ missing: ['strace'] }) }, 127, 'sudo apt install strace'],
    [['web', '--', 'ls'], { host: host({ missing: ['nsenter'] }) }, 127, 'sudo apt install util-linux'],
    [['web', 'ls'], {}, 2, 'dbg strace web -- ls'],
    [['--all', 'web', '--', 'ls'], {}, 2, 'leave out --process and --all'],
    [['--all', '--process', '1', 'web'], {}, 2, 'cannot be used with'],
    [['--json', 'web'], {}, 2, '--json needs --diff'],
    [[], {}, 2, 'which container?'],
  ])('dbg strace %j', async (args, over, exitCode, message) => {
    const ctx = fakeContext({ host: host(), args: ['strace', ...args], ...over });
    expect(await run(ctx)).toBe(exitCode);
    expect(ctx.printed.err).toContain(message);
    expect(ctx.host.ran).toEqual([]);
  });

  test('gone between the look and the attach', async () => {
    const fake = { ...host(), run: async () => ({ exitCode: 125, report: 'gone' }) };
    const ctx = fakeContext({ args: ['strace', 'web'], host: fake });
    expect(await run(ctx)).toBe(125);
    expect(ctx.printed.err).toContain('container "web" ended just now');
  });
});

describe('--diff needs no root and no engine', () => {
  const engine = async () => Promise.reject(new Error('nobody was to be asked'));
  const traces = {
    good: '7 a(1) = 0\n7 open("\u001b[2J\\33") = 3\n',
    bad: 'a(1) = 0\nopen("\u001b[2J\\33") = -1 ENOENT (x)\n',
    text: 'hello\n',
  };
  const diff = async (...args: string[]) => {
    const ctx = fakeContext({
      args: ['strace', '--diff', ...args],
      engine,
      host: host({ isRoot: false, files: traces }),
    });
    return { exitCode: await run(ctx), ...ctx.printed };
  };

  test('for people', async () =>
    expect(await diff('good', 'bad')).toEqual({
      exitCode: 1,
      err: '',
      out: `process 1 differs from here on (good:2, pid 7; bad:2):
  a(1) = 0
< open("\\e[2J\\33") = 3
> open("\\e[2J\\33") = -1 ENOENT (x)
`,
    }));

  test.each([[['good', 'bad', '--json']], [['good', '--json', 'bad']], [['--json', 'good', 'bad']]])(
    '%j',
    async (args) => {
      const { exitCode, out } = await diff(...args);
      expect(exitCode).toBe(1);
      expect(JSON.parse(out)).toEqual({
        files: ['good', 'bad'],
        differ: true,
        process: 1,
        pids: [7, null],
        common_calls: 1,
        common: [{ line: 1, call: 'a(1) = 0' }],
        next: [
          { line: 2, call: 'open("\u001b[2J\\33") = 3' },
          { line: 2, call: 'open("\u001b[2J\\33") = -1 ENOENT (x)' },
        ],
      });
    },
  );

  test.each([
    [['good', 'good'], 0, 'no difference in 2 lines of one process'],
    [[], 2, 'compares two traces, not 0'],
    [['--json'], 2, 'compares two traces, not 0'],
    [['--json', 'good'], 2, 'compares two traces, not 1'],
    [['good'], 2, 'compares two traces, not 1'],
    [['good', 'bad', 'more'], 2, 'compares two traces, not 3'],
    [['good', 'nope'], 125, 'nope cannot be read'],
    [['good', 'text'], 125, 'there is no system call in text'],
  ])('%j', async (args, exitCode, text) => {
    const { out, err, ...rest } = await diff(...args);
    expect(rest.exitCode).toBe(exitCode);
    expect(out + err).toContain(text);
  });

  test('the same, as JSON', async () =>
    expect(JSON.parse((await diff('good', 'good', '--json')).out)).toEqual({ files: ['good', 'good'], differ: false }));
});
