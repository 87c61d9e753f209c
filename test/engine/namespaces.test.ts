import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { commandLines, dbg, dbgOnTerminal, firstLine, processes, sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';

const out = async (...args: readonly string[]) => {
  const { stdout, stderr, exitCode } = await dbg(args);
  expect(exitCode, String(stderr)).toBe(0);
  return stdout as string;
};
const KINDS = ['net', 'uts', 'ipc', 'mnt', 'pid', 'cgroup'] as const;

describe('which namespaces', () => {
  test.for([
    [[], 'net uts ipc'],
    [['--ns', 'net'], 'net'],
    [['--ns', 'net,pid'], 'net pid'],
    [['--ns', 'uts,cgroup'], 'uts cgroup'],
    [['--ns', 'net,user'], 'net'],
  ] as const)('%j joins %s', async ([options, joined], { lab }) => {
    const container = await lab.run('c', { options: ['--cgroupns', 'private'] });
    const pid = await lab.pid(container);
    const script = `for n in ${KINDS.join(' ')}; do readlink /proc/self/ns/$n; done`;
    const links = (await out('exec', ...options, container, 'sh', '-c', script)).split('\n');
    const inside = KINDS.filter((kind, at) => links[at] === readlinkSync(`/proc/${pid}/ns/${kind}`));
    expect(inside.join(' ')).toBe(joined);
  });

  test("--all: the container's own world", async ({ lab }) => {
    const container = await lab.run('c', { options: ['-w', '/tmp', '--hostname', 'full'] });
    const script = 'pwd; hostname; ls -d /etc/debian_version 2>&1; ps -o comm';
    const [cwd, name, debian, ...listed] = (await out('exec', '--all', container, 'sh', '-c', script)).split('\n');
    expect([cwd, name]).toEqual(['/tmp', 'full']);
    expect(debian).toContain('No such file');
    expect(listed.slice(0, 2)).toEqual(['COMMAND', 'sleep']);
    expect(await out('exec', '--all', '-w', '/etc', container, 'pwd')).toBe('/etc');
    expect(await out('exec', '--all', '-w', '../etc', container, 'pwd')).toBe('/etc');
  });

  test.for([
    [[], [], []],
    [['-e', 'A=b c', '-e', 'PATH=/bin', '-e', 'LD_PRELOAD=/no/such', '--user', '1'], [], []],
    [['--network', 'host', '-e', 'HOME=/x', '-e', 'LANG=C'], [], []],
    [['-e', 'A=1'], ['-u', '1'], []],
    [['-e', 'A=1'], [], ['-e', 'A=2', '-e', 'B=3']],
  ] as const)('--all: the environment of docker exec: %j %j %j', async ([options, user, added], { lab }) => {
    const web = await lab.run('web', { options });
    // PWD is the shell's of either.
    const script = 'env | grep -Ev "^(PWD|SHLVL|TERM|COLORTERM|NO_COLOR|LC_.*|TZ)="';
    const ours = await out('exec', '--all', ...user, ...added, web, 'sh', '-c', script);
    const theirs = await lab.docker('exec', ...user, ...added, web, 'sh', '-c', script);
    const lines = (text: string) =>
      text.split('\n').filter((line) => options.some((word) => word === 'LANG=C') || !line.startsWith('LANG='));
    expect(lines(ours).toSorted()).toEqual(lines(theirs).toSorted());
  });

  test('--all into a directory that is not there: not entered, and no exit code of a tool', async ({ lab }) => {
    const { exitCode, stderr } = await dbg(['exec', '--all', '-w', '/no/such', await lab.run(), 'true']);
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining('there is no directory /no/such')]);
  });

  test('a user namespace of its own: ids are those of in there', async ({ lab }) => {
    const container = await lab.run('c', {
      options: ['--user', '101000:101000', '--security-opt', 'seccomp=unconfined'],
      command: ['unshare', '-U', 'sleep', '3600'],
    });
    const pid = await lab.pid(container);
    while (readlinkSync(`/proc/${pid}/ns/user`) === readlinkSync('/proc/self/ns/user')) await sleep(10);
    for (const kind of ['uid', 'gid']) writeFileSync(`/proc/${pid}/${kind}_map`, '0 100000 65536');
    expect(await out('exec', '--all', '-u', 'container', container, 'id', '-u')).toBe('1000');
    expect(await out('exec', '--all', '-u', '7:8', container, 'sh', '-c', 'id -u; id -g')).toBe('7\n8');
    const unmapped = await dbg(['exec', '--all', '-u', '70000', container, 'id']);
    expect([unmapped.exitCode, unmapped.stderr]).toEqual([125, expect.stringContaining('could not be entered')]);
  });

  test('--all into an image without a shell', async ({ lab }) => {
    const container = await lab.run('c', { image: 'distroless', command: ['/bin/sleep', '3600'] });
    expect((await dbg(['exec', '--all', container, '/bin/sleep', '0'])).exitCode).toBe(0);
    const missing = await dbg(['exec', '--all', container, 'ls']);
    expect([missing.exitCode, missing.stderr]).toEqual([127, expect.stringContaining('image has no program "ls"')]);
  });

  test.for([
    ['--pid host', ['--pid', 'host'], 'pid'],
    ['--uts host', ['--uts', 'host'], 'uts'],
    ['--ipc host', ['--ipc', 'host'], 'ipc'],
  ] as const)('a container with %s', async ([, options, kind], { lab }) => {
    const container = await lab.run('c', { options });
    expect(await out('exec', '--all', container, 'readlink', `/proc/self/ns/${kind}`)).toBe(
      readlinkSync(`/proc/self/ns/${kind}`),
    );
  });

  test('a container with --ipc container:x', async ({ lab }) => {
    const owner = await lab.run('owner', { options: ['--ipc', 'shareable'] });
    const sharing = await lab.run('sharing', { options: ['--ipc', `container:${owner}`] });
    const id = (await out('exec', owner, 'ipcmk', '-M', '4096')).split(' ').at(-1);
    expect(await out('exec', sharing, 'ipcs', '-m')).toContain(` ${id} `);
  });
});

describe('in a pid namespace', () => {
  test("with the host's files, the directory stays, or is the one asked for", async ({ lab }) => {
    const container = await lab.run();
    expect(await out('exec', '--ns', 'net,pid', container, 'pwd')).toBe(process.cwd());
    expect(await out('exec', '--ns', 'pid', '-w', 'src/cli', container, 'pwd')).toBe(`${process.cwd()}/src/cli`);
    const missing = await dbg(['exec', '--ns', 'pid', '-w', '/no/such', container, 'pwd']);
    expect([missing.exitCode, missing.stderr]).toEqual([
      125,
      expect.stringContaining('there is no directory /no/such'),
    ]);
  });

  test('whoever waits for it is killed: it ends, as another user too', async ({ lab }) => {
    const container = await lab.run();
    const running = dbg(['exec', '--all', '-u', '7', container, 'sh', '-c', 'echo ready; exec sleep 3114']);
    await firstLine(running);
    const waiting = processes().filter(
      ({ command }) => command.includes(' join=') && !command.includes('nsenter --target') && command.includes('3114'),
    );
    expect(waiting).toHaveLength(1);
    process.kill(waiting[0]!.pid, 'SIGKILL');
    expect((await running).exitCode).toBe(137);
    for (const deadline = Date.now() + 5_000; commandLines().includes('sleep 3114') && Date.now() < deadline;)
      await sleep(20);
    expect(commandLines()).not.toContain('sleep 3114');
  });

  test.for([
    ['exit code', 'exit 3', 3],
    ['ended by a signal', 'kill -TERM $$', 143],
  ] as const)('%s', async ([, script, expected], { lab }) => {
    const { exitCode } = await dbg(['exec', '--all', await lab.run(), 'sh', '-c', script]);
    expect(exitCode).toBe(expected);
  });

  test('Ctrl-C ends the command, with no orphan', async ({ lab }) => {
    const container = await lab.run();
    const terminal = dbgOnTerminal(['exec', '--all', container, 'sh', '-c', 'echo ready; exec sleep 3111']);
    await terminal.sees('ready');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    await sleep(100);
    expect(await lab.docker('exec', container, 'ps', '-o', 'args')).not.toContain('sleep 3111');
  });

  test.for(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('%s to dbg reaches the command', async (signal, { lab }) => {
    const container = await lab.run();
    const running = dbg([
      'exec',
      '--all',
      container,
      'sh',
      '-c',
      'trap "exit 9" TERM HUP INT; echo ready; while :; do sleep 0.05; done',
    ]);
    await firstLine(running);
    running.kill(signal);
    expect((await running).exitCode).toBe(9);
  });

  test("the container's death ends it", async ({ lab }) => {
    const container = await lab.run();
    const running = dbg(['exec', '--all', container, 'sh', '-c', 'echo ready; sleep 3112']);
    await firstLine(running);
    await lab.docker('kill', container);
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([
      137,
      expect.stringContaining(
        `dbg: ${container} ended, and the kernel killed the program, which was in its pid namespace`,
      ),
    ]);
    expect(commandLines()).not.toContain('sleep 3112');
  });
});

describe('who it is', () => {
  test('--user', async ({ lab }) => {
    const container = await lab.run('c', { options: ['--user', '1234:555', '--group-add', '777'] });
    expect(await out('exec', '-u', '7:8', container, 'sh', '-c', 'id -u; id -g; id -G')).toBe('7\n8\n8');
    expect(await out('exec', '--user', 'container', container, 'sh', '-c', 'id -u; id -g; id -G')).toBe(
      '1234\n555\n555 777',
    );
    expect(await out('exec', '--all', '-u', '7:8', container, 'id', '-u')).toBe('7');
    expect(await out('exec', '--all', '-u', 'container', container, 'sh', '-c', 'id -u; id -G')).toBe('1234\n555 777');
  });

  test('--caps container', async ({ lab }) => {
    const container = await lab.run('c', {
      options: ['--cap-drop', 'ALL', '--cap-add', 'NET_RAW', '--security-opt', 'no-new-privileges'],
    });
    const lines = (text: string) => text.split('\n').filter((line) => /^(CapBnd|CapPrm|CapEff|NoNewPrivs)/.test(line));
    const pid = await lab.pid(container);
    const status = await out('exec', '--caps', 'container', container, 'cat', '/proc/self/status');
    expect(lines(status)).toEqual(lines(readFileSync(`/proc/${pid}/status`, 'utf8')));
  });

  test('--cgroup: in docker top, and refused when paused', async ({ lab }) => {
    const container = await lab.run();
    const running = dbg(['exec', '--cgroup', container, 'sh', '-c', 'echo ready; exec sleep 3113']);
    await firstLine(running);
    expect(await lab.docker('top', container)).toContain('sleep 3113');
    running.kill('SIGTERM');
    await running;
    await lab.docker('pause', container);
    lab.cleanUp(() => lab.docker('unpause', container));
    const refused = await dbg(['exec', '--cgroup', container, 'true']);
    expect([refused.exitCode, refused.stderr]).toEqual([
      125,
      expect.stringContaining(`is paused: a program that joins its cgroup would be frozen too`),
    ]);
  });

  test('--workdir, --env, --env-from-container', async ({ lab }) => {
    const container = await lab.run('c', {
      options: ['FROM=given', 'LD_PRELOAD=/evil.so', 'PATH=/evil', 'HOME=/evil', 'TAR_OPTIONS=--evil'].flatMap(
        (word) => ['-e', word],
      ),
      command: ['/bin/sleep', '3600'],
    });
    const script =
      'pwd; echo "$A $FROM $HOME $TAR_OPTIONS"; case $PATH in /evil*) echo evil;; esac; env | grep -c ^LD_';
    const options = ['-w', '/usr', '-e', 'A=1', '--env-from-container=FROM'];
    const { stdout } = await dbg(['exec', ...options, container, 'sh', '-c', script], { env: { HOME: '/home/me' } });
    expect(stdout).toBe('/usr\n1 given /home/me \n0');
    expect((await dbg(['exec', '-w', '/no/such', container, 'true'])).stderr).toContain(
      'there is no directory /no/such',
    );
  });

  test('-w relative to where the person is', async ({ lab }) => {
    const container = await lab.run();
    expect(await out('exec', '-w', 'src', container, 'pwd')).toBe(`${process.cwd()}/src`);
  });

  test.for([[[]], [['--all']], [['--ns', 'pid']], [['-u', '0']]] as const)(
    'another PATH is for the tool alone: %j',
    async ([options], { lab }) => {
      const container = await lab.run();
      expect(await out('exec', ...options, '-e', 'PATH=/bin', container, 'sh', '-c', 'echo $PATH')).toBe('/bin');
    },
  );

  test('values are in nobody’s argv, and names that the entry script uses are the person’s', async ({ lab }) => {
    const container = await lab.run();
    const env = { TOKEN: 'hush-hush', count: '5', dir: 'x', DBG_LEASH: '' };
    const script = 'echo "$TOKEN $name $A $count $dir $(env | grep -c DBG_ENV_)"; sleep 0.5';
    const options = ['-e', 'TOKEN', '-e', 'name=n', '-e', "A='$(reboot)' \\"];
    const running = dbg(['exec', ...options, container, 'sh', '-c', script], { env });
    await firstLine(running);
    expect(commandLines().join('\n')).not.toContain('hush-hush');
    expect((await running).stdout).toBe("hush-hush n '$(reboot)' \\ 5 x 0");
  });

  test("a program of the container's gets no more of root's environment than it needs", async ({ lab }) => {
    const container = await lab.run();
    const script = 'tr "\\0" "\\n" </proc/$$/environ | cut -d= -f1 | sort | tr "\\n" " "';
    const env = { AWS_SECRET_ACCESS_KEY: 'x', TERM: 'xterm', HOME: '/root', LANG: 'C' };
    const { stdout } = await dbg(['exec', '--all', '-e', 'MINE=1', container, 'sh', '-c', script], { env });
    expect(String(stdout).trim()).toMatch(/^HOME HOSTNAME LANG (LC_\w+ )*MINE PATH (PWD )?TERM$/);
  });

  test('where the entry script was is nothing to the tool', async ({ lab }) => {
    const container = await lab.run();
    const look = async (env: Record<string, string>) =>
      String((await dbg(['exec', container, 'env'], { env })).stdout)
        .match(/^(OLD)?PWD=.*$/gm)
        ?.toSorted();
    expect(await look({ OLDPWD: '/srv' })).toEqual(['OLDPWD=/srv', `PWD=${process.cwd()}`]);
    expect(await look({ OLDPWD: '' })).toEqual(['OLDPWD=', `PWD=${process.cwd()}`]);
  });
});
