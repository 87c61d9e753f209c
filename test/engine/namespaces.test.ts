import { readFileSync, readlinkSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { commandLines, dbg, dbgOnTerminal, firstLine, sleep } from './support/dbg.ts';
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
    const [cwd, name, debian, ...processes] = (await out('exec', '--all', container, 'sh', '-c', script)).split('\n');
    expect([cwd, name]).toEqual(['/tmp', 'full']);
    expect(debian).toContain('No such file');
    expect(processes.slice(0, 2)).toEqual(['COMMAND', 'sleep']);
    expect(await out('exec', '--all', '-w', '/etc', container, 'pwd')).toBe('/etc');
  });

  test('--all into an image without a shell', async ({ lab }) => {
    const container = await lab.run('c', { image: 'distroless', command: ['/bin/sleep', '3600'] });
    expect((await dbg(['exec', '--all', container, '/bin/sleep', '0'])).exitCode).toBe(0);
    const missing = await dbg(['exec', '--all', container, 'ls']);
    expect(missing.exitCode).toBe(127);
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
    expect((await running).exitCode).toBe(137);
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
      expect.stringContaining(`is paused: what joins its cgroup is frozen with it`),
    ]);
  });

  test('--workdir, --env, --env-from-container', async ({ lab }) => {
    const container = await lab.run('c', {
      options: ['-e', 'FROM=image', '-e', 'LD_PRELOAD=/evil.so', '-e', 'PATH=/evil', '-e', 'HOME=/evil'],
      command: ['/bin/sleep', '3600'],
    });
    const script = 'pwd; echo "$A $FROM $HOME"; case $PATH in /evil*) echo evil;; esac; env | grep -c ^LD_';
    const options = ['-w', '/usr', '-e', 'A=1', '--env-from-container'];
    const { stdout } = await dbg(['exec', ...options, container, 'sh', '-c', script], { env: { HOME: '/home/me' } });
    expect(stdout).toBe('/usr\n1 image /home/me\n0');
    expect((await dbg(['exec', '-w', '/no/such', container, 'true'])).stderr).toContain(
      'there is no directory /no/such',
    );
  });
});
