import { describe, expect, test } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { version } from '../../../package.json';
import { container, fakeContext, fakeEngine, fakeHost, fakeOutput, ID } from '../fakes.ts';

const ENTER = ['nsenter', '--target', '1234', '--net', '--uts', '--ipc', '--'];
/** The program that an entry line becomes; the line itself has its own tests. */
const program = (argv: readonly string[] | undefined) => argv?.slice(argv.lastIndexOf('0') + 1);

describe('what is run', () => {
  test.each([
    [['shell', 'web'], {}, ['bash']],
    [['shell', 'web'], { SHELL: '/bin/zsh' }, ['/bin/zsh']],
    [['shell', 'web', '--', 'ip', '-br', 'a'], {}, ['ip', '-br', 'a']],
    [['shell', 'web', 'hostname'], {}, ['hostname']],
    [['exec', 'web', 'sh', '-c', 'a --dry-run'], {}, ['sh', '-c', 'a --dry-run']],
    [['exec', 'web', '--', 'ls', '--', '-l'], {}, ['ls', '--', '-l']],
    [['exec', '-it', 'web', 'bash'], {}, ['bash']],
    [['exec', '-T', 'web', 'bash'], {}, ['bash']],
    [['exec', '-i', '-t', 'c0ffee', 'bash', '-i'], {}, ['bash', '-i']],
    [
      ['tcpdump', 'web', '-C', '1', '-w', 'x'],
      { SUDO_USER: 'ann', SUDO_COMMAND: '/usr/bin/dbg tcpdump web -C 1 -w x' },
      [
        'tcpdump',
        '-i',
        'any',
        '-n',
        '-l',
        '-U',
        '--immediate-mode',
        '-B',
        '65536',
        '-s',
        '65600',
        '-Z',
        'ann',
        '-C',
        '1',
        '-w',
        'x',
      ],
    ],
  ])('dbg %j %j', async (args, env, expected) => {
    const ctx = fakeContext({ args, env, host: fakeHost({ exitCode: 3 }) });
    expect(await run(ctx)).toBe(3);
    expect(ctx.host.ran).toHaveLength(1);
    expect(ctx.host.ran[0]?.slice(0, ENTER.length)).toEqual(ENTER);
    expect(program(ctx.host.ran[0])).toEqual(expected);
    expect(ctx.printed).toEqual({ out: '', err: '' });
  });

  test('a shell that is not there: bash', async () => {
    const ctx = fakeContext({
      args: ['shell', 'web'],
      env: { SHELL: '/bin/fish' },
      host: fakeHost({ missing: ['/bin/fish'] }),
    });
    await run(ctx);
    expect(ctx.host.ran.map(program)).toEqual([['bash']]);
  });
});

describe('--dry-run prints what would run, and runs nothing', () => {
  test.each([
    [
      ['shell', '--dry-run', 'web'],
      true,
      {},
      /^env DBG_ROOT=\/proc\/1234\/root nsenter --target 1234 --net --uts --ipc -- .* bash\n$/s,
    ],
    [['exec', '--dry-run', 'web', 'echo', 'a b'], true, {}, / echo 'a b'\n$/],
    [['exec', '--dry-run', 'web', 'ls'], false, {}, /^sudo env .* nsenter --target 1234 /s],
    [
      ['exec', '--dry-run', 'web', 'ls'],
      true,
      { SUDO_USER: 'ann', SUDO_COMMAND: '/usr/bin/node /opt/dbg/bin/dbg.js exec --dry-run web ls' },
      /^sudo env /,
    ],
  ])('%j, root %s', async (args, isRoot, env, out) => {
    const ctx = fakeContext({ args, env, host: fakeHost({ isRoot }) });
    expect(await run(ctx)).toBe(0);
    expect(ctx.printed.out).toMatch(out);
    expect(ctx.printed.err).toBe('');
    expect(ctx.host.ran).toEqual([]);
  });
});

describe('not root', () => {
  test('starts itself through sudo, with what names the engine and the terminal, and nothing else', async () => {
    const ctx = fakeContext({
      args: ['exec', 'web', 'ip', 'a b'],
      env: { HOME: '/home/ann', DOCKER_HOST: 'unix:///x', TERM: 'xterm', SECRET: 's', LD_PRELOAD: 'x.so' },
      host: fakeHost({ isRoot: false, exitCode: 7 }),
    });
    expect(await run(ctx)).toBe(7);
    const [argv] = ctx.host.ran;
    expect(ctx.host.ranWith).toEqual([{ DBG_OWN_VALUES: '{"HOME":"/home/ann"}', DOCKER_CONFIG: '/home/ann/.docker' }]);
    expect(argv?.slice(0, 2)).toEqual([
      'sudo',
      '--preserve-env=DBG_LEASH,DBG_OWN_VALUES,DOCKER_CONFIG,DOCKER_HOST,TERM',
    ]);
    expect(argv?.slice(argv.indexOf('--'))).toEqual(['--', 'node', 'dbg.js', 'exec', 'web', 'ip', 'a b']);
  });

  test('no sudo: says how else', async () => {
    const ctx = fakeContext({ args: ['exec', 'web', 'ip'], host: fakeHost({ isRoot: false, missing: ['sudo'] }) });
    expect(await run(ctx)).toBe(125);
    expect(ctx.printed.err).toBe(
      `dbg: looking into a container needs root, and there is no sudo on this host\n     as root:  su -c 'dbg exec web ip'\n`,
    );
  });
});

describe('errors: nothing is run', () => {
  test.each([
    [['exec', 'web', 'tcpflow'], { host: fakeHost({ missing: ['tcpflow'] }) }, 127, 'sudo apt install tcpflow'],
    [['exec', 'web', 'frob'], { host: fakeHost({ missing: ['frob'] }) }, 127, 'docker exec … frob'],
    [
      ['exec', 'nope', 'ls'],
      {},
      125,
      'dbg: there is no container "nope" (running: web)\n     see all of them:  docker ps -a\n',
    ],
    [
      ['exec', 'web', 'ls'],
      { containers: [container({ state: { status: 'created', pid: 0 } })] },
      125,
      'docker start web',
    ],
    [['shell'], {}, 2, 'dbg: which container?'],
    [['shell', ''], {}, 2, 'dbg: which container?'],
    [['shell', '--', 'ip', 'a'], {}, 2, 'dbg: which container?'],
    [['exec', 'web'], {}, 2, "dbg: missing required argument 'cmd'"],
    [['exec', 'web', '-it', 'sh', '-c', 'a b'], {}, 2, "type:  dbg exec -it web sh -c 'a b'\n"],
    [['exec', 'web', '-e', 'A=1', '--user', '5', 'id'], {}, 2, 'type:  dbg exec -e A=1 --user 5 web id\n'],
    [['exec', 'web', '--user=5', '--', 'id'], {}, 2, 'type:  dbg exec --user=5 web -- id\n'],
    [['exec', 'web', '--all'], {}, 2, 'type:  dbg exec --all web\n'],
    [['shell', 'web', '--all'], {}, 2, 'type:  dbg shell --all web\n'],
    [['exec', '-d', 'web', 'sleep', '9'], {}, 2, 'setsid -f dbg exec web sleep 9 </dev/null >/dev/null 2>&1\n'],
    [['exec', '--privileged', 'web', 'id'], {}, 2, 'dbg exec --all --full-rights web id\n'],
    [['exec', '--detach-keys', 'ctrl-a', 'web', 'id'], {}, 2, 'without:  dbg exec web id\n'],
    [['exec', '--env-file', '/gone', 'web', 'id'], {}, 2, 'the file of --env-file cannot be read: /gone'],
    [['exec', '--bogus', 'web', 'ls'], {}, 2, "dbg: unknown option '--bogus'"],
    [['frobnicate'], {}, 2, "dbg: unknown command 'frobnicate'"],
    [['frobnicate', '--help'], {}, 2, "dbg: unknown command 'frobnicate'"],
    [['frobnicate', '-h'], {}, 2, "dbg: unknown command 'frobnicate'"],
    [['help', 'frobnicate'], {}, 2, "dbg: unknown command 'frobnicate'"],
    [['vet', '--help'], {}, 2, "dbg: unknown command 'vet'\n(Did you mean veth?)"],
    [['api', 'frobnicate', '--help'], {}, 2, "dbg: unknown command 'frobnicate'"],
    [['api', 'help', 'frobnicate'], {}, 2, "dbg: unknown command 'frobnicate'"],
    [
      ['web'],
      {},
      2,
      `dbg: "web" is a container (running), and no verb; the verb comes first: shell, exec, cat, tcpdump,`,
    ],
    [['web', '--help'], {}, 2, 'say:  dbg shell web        what each does:  dbg --help\n'],
    [['web', 'ps', '--json'], {}, 2, 'say:  dbg ps web --json        what'],
    [['c0ff'], {}, 2, 'dbg: "c0ff" is a container (web, running), and no verb;'],
    [
      ['web'],
      { containers: [container({ name: 'web-1' }), container({ id: ID.replace('c', 'd'), name: 'web-2' })] },
      2,
      '"web" fits 2 containers, and is no verb;',
    ],
    [['web'], { engine: async () => Promise.reject(new Error('no engine')) }, 2, "dbg: unknown command 'web'"],
    [['veth', 'web', '--down', '--up'], {}, 2, "dbg: option '--down' cannot be used with option '--up'"],
    [['veth', 'web', 'more'], {}, 2, 'dbg: too many arguments'],
  ])('dbg %j', async (args, over, exitCode, message) => {
    const ctx = fakeContext({ args, ...over });
    expect(await run(ctx)).toBe(exitCode);
    expect(ctx.printed.err).toContain(message);
    expect(ctx.printed.out).toBe('');
    expect(ctx.host.ran).toEqual([]);
  });

  test('one that was restarted since the engine answered is asked for again', async () => {
    const [before, after] = [container({ state: { pid: 99 } }), container()];
    const answers = [before, after];
    const engine = { ...fakeEngine([after]), inspect: async () => answers.shift() };
    const ctx = fakeContext({ args: ['exec', 'web', 'ls'], engine: async () => engine });
    expect(await run(ctx)).toBe(0);
    expect(ctx.host.ran[0]?.slice(0, ENTER.length)).toEqual(ENTER);
  });

  test('one that has ended, which the engine has not heard yet, is asked for until it has', async () => {
    const gone = container({ state: { pid: 99 } });
    const answers = [gone, gone, container({ state: { status: 'exited', pid: 0, exitCode: 3 } })];
    const engine = { ...fakeEngine([gone]), inspect: async () => answers.shift() };
    const ctx = fakeContext({ args: ['exec', 'web', 'ls'], engine: async () => engine });
    expect(await run(ctx)).toBe(125);
    expect(ctx.printed.err).toContain('dbg: container "web" is not running');
  });

  test('a name from outside cannot reach the terminal', async () => {
    const ctx = fakeContext({
      args: ['exec', '\u001b[2Jx', 'ls'],
      containers: [container({ name: 'a\u001b]0;b\u0007' })],
    });
    expect(await run(ctx)).toBe(125);
    expect(ctx.printed.err).toContain('there is no container "\\e[2Jx" (running: a\\e]0;b\\u0007)');
  });

  test('what nobody expected is 125, with where it happened', async () => {
    const broken = async () => Promise.reject(new TypeError('oops'));
    const ctx = fakeContext({ args: ['exec', 'web', 'ls'], engine: broken });
    expect(await run(ctx)).toBe(125);
    expect(ctx.printed.err).toContain('dbg: unexpected: TypeError: oops');
  });
});

describe('the picker', () => {
  const onTerminal = { stdinIsTTY: true, stderr: fakeOutput(() => undefined, true) };

  test('asks when no container is named on a terminal', async () => {
    const ctx = fakeContext({ ...onTerminal, args: ['shell'], pick: async (_, choices) => choices[0]!.value });
    expect(await run(ctx)).toBe(0);
    expect(ctx.host.ran.map(program)).toEqual([['bash', '--rcfile', '/opt/dbg/dist/session/bashrc']]);
  });

  test.each([[['shell', '--', 'ip', 'a']], [['shell', '--dry-run', '--', 'ip', 'a']]])(
    'dbg %j asks too',
    async (args) => {
      const ctx = fakeContext({ ...onTerminal, args, pick: async (_, choices) => choices[0]!.value });
      expect(await run(ctx)).toBe(0);
      const ran = args.includes('--dry-run') ? ctx.printed.out : ctx.host.ran[0]?.join(' ');
      expect(ran).toMatch(/ ip a\n?$/);
    },
  );

  test('only what runs is offered', async () => {
    const ctx = fakeContext({
      ...onTerminal,
      args: ['shell'],
      containers: [container({ state: { status: 'exited', pid: 0 } })],
    });
    expect(await run(ctx)).toBe(125);
  });
});

test.each([
  [[], 0],
  [['--help'], 0],
  [['help', 'exec'], 0],
  [['help'], 0],
  [['api', 'help'], 0],
  [['api', 'help', 'snoop'], 0],
  [['veth', '--help'], 0],
])('dbg %j prints help on stdout', async (args, exitCode) => {
  const ctx = fakeContext({ args });
  expect(await run(ctx)).toBe(exitCode);
  expect(ctx.printed.out).toContain('Usage: dbg');
  expect(ctx.printed.err).toBe('');
});

test.each(['--version', '-V', '-v', 'version'])('dbg %s', async (word) => {
  const ctx = fakeContext({ args: [word] });
  expect(await run(ctx)).toBe(0);
  expect(ctx.printed).toEqual({ out: `dbg ${version}\n`, err: '' });
});

test.each([
  [
    { path: '/srv/dbg', who: 'user 1000' },
    'dbg: user 1000 can change /srv/dbg, from which root runs dbg here, and so become root\n',
  ],
  [
    { path: '/home/ann/dbg', unknown: 'EACCES: permission denied' },
    'dbg: nobody can tell who can change /home/ann/dbg, from which root runs dbg here (EACCES: permission denied)\n',
  ],
])('who may change what root runs: %j', async (found, line) => {
  const ctx = fakeContext({ args: ['exec', 'web', 'ls'], host: { ...fakeHost(), changeableCode: () => found } });
  expect([await run(ctx), ctx.printed.err]).toEqual([0, line]);
});
