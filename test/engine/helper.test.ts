import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, describe, expect } from 'vitest';
import { dbg, DBG, dbgOnTerminal, dbgRedirected, firstLine, PATIENT, processes, says } from './support/dbg.ts';
import { helpers, loadImage, noHelper, viaHelper } from './support/helper.ts';
import { test } from './support/lab.ts';

// dbg in a container of its own image, on the engine's host: --via helper.

beforeAll(loadImage);
afterEach(noHelper);

describe('the same answer as on the host itself', () => {
  test.for<[string, (web: string) => string[]]>([
    ['ps', (web) => ['ps', web, '--json']],
    ['env', (web) => ['env', web]],
    ['limits', (web) => ['limits', web]],
    ['veth', (web) => ['veth', web]],
    ['veth, as JSON', (web) => ['veth', web, '--json']],
    ['cat', (web) => ['cat', web, '/etc/hosts']],
    ['why', (web) => ['why', web]],
    ['exec, with a tool of the host', (web) => ['exec', web, 'ip', '-br', 'address']],
    ['exec, with a tool of the container', (web) => ['exec', '--all', web, 'hostname']],
    ['no such container', (web) => ['ps', `${web}-none`]],
    ['no such tool', (web) => ['exec', web, 'no-such-tool']],
    ['wrong usage', (web) => ['ps', web, '--nosuch']],
  ])('in a helper: %s', async ([, args], { lab }) => {
    const words = args(await lab.run('web', { options: ['-e', 'COLOR=blue'] }));
    // What changes by itself from one look to the next: times, and shares of a processor.
    const steady = (text: unknown) => String(text).replaceAll(/\d+(\.\d+)?/g, '0');
    const [here, there] = [await dbg(words), await viaHelper(words)];
    expect(there.exitCode).toBe(here.exitCode);
    expect(steady(there.stdout)).toBe(steady(here.stdout));
    // Containers of other tests come and go.
    const said = (text: unknown) =>
      steady(text)
        .split('\n')[0]!
        .replace(/\(running: .*/, '');
    expect(said(there.stderr)).toBe(said(here.stderr));
  });
});

test('the same words behind the container are the tool’s', async ({ lab }) => {
  const words = ['exec', await lab.run('web'), 'echo', '--via', 'helper', '--via=x'];
  expect(await viaHelper(words)).toMatchObject({ exitCode: 0, stdout: '--via helper --via=x' });
});

test('the option may stand behind the verb', async ({ lab }) => {
  const web = await lab.run('web');
  const terminal = dbgOnTerminal(['exec', '--via', 'helper', web, 'tty']);
  await terminal.sees('/dev/pts/');
  expect(await terminal.ended).toBe(0);
  const { stdout, exitCode } = await dbg(['ps', '--via=helper', web]);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('sleep 3600')]);
});

describe('a user of the group docker, without sudo', () => {
  const asUser = (args: readonly string[]) =>
    execa('setpriv', ['--reuid=65534', '--regid=65534', '--groups=docker', process.execPath, DBG, ...args], {
      ...PATIENT,
      stdin: 'ignore',
      env: { HOME: '/nonexistent' },
    });

  test('enters, captures into an own file, and cuts', async ({ lab }) => {
    const web = await lab.run('web');
    expect((await asUser(['--via', 'helper', 'exec', web, 'id', '-u'])).stdout).toBe('0');
    const folder = join(lab.folder, 'own');
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, 65534, 65534);
    chmodSync(lab.folder, 0o755);
    const file = join(folder, 'cap.pcap');
    const running = asUser(['--via', 'helper', 'tcpdump', web, '-i', 'lo', '-w', file, '-c', '6', 'icmp']);
    await says(running, 'listening on lo');
    await lab.docker('exec', web, 'ping', '-c', '3', '-i', '0.1', '127.0.0.1');
    expect(await running).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('6 packets') });
    expect(statSync(file).uid).toBe(65534);
    expect((await execa('tcpdump', ['-nr', file])).stdout.split('\n')).toHaveLength(6);
    expect((await asUser(['--via', 'helper', 'veth', web, '--down'])).exitCode).toBe(0);
    expect((await dbg(['veth', '--status'])).stdout).toContain(web);
    expect((await asUser(['--via', 'helper', 'veth', web, '--up'])).exitCode).toBe(0);
    expect((await dbg(['veth', '--status'])).stdout).not.toContain(web);
  });
});

describe('as a program', () => {
  test('bytes both ways, exit codes, and a stdin that ends while the output goes on', async ({ lab }) => {
    const web = await lab.run('web');
    const bytes = Buffer.alloc(8 << 20, 'every byte \0\xff\r\n', 'latin1');
    const digest = createHash('sha256').update(bytes).digest('hex');
    const script = 'sha256sum; echo err >&2; head -c 3000000 /dev/zero | tr "\\0" "\\377"; exit 7';
    const options = { input: bytes, stdin: 'pipe', encoding: 'buffer', maxBuffer: 1 << 26 } as const;
    const run = await viaHelper(['exec', web, 'sh', '-c', script], options);
    const out = run.stdout as unknown as Uint8Array;
    expect([run.exitCode, Buffer.from(run.stderr as unknown as Uint8Array).toString()]).toEqual([7, 'err']);
    expect(Buffer.from(out.subarray(0, 64)).toString()).toBe(digest);
    expect(out.subarray(68).length).toBe(3_000_000);
    expect(out.subarray(68).every((byte) => byte === 255)).toBe(true);
    expect((await viaHelper(['exec', web, 'sh', '-c', 'kill -TERM $$'])).exitCode).toBe(143);
  });

  test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s reaches the tool', async (signal, { lab }) => {
    const web = await lab.run('web');
    const name = signal.slice(3);
    const script = `trap 'echo got ${name}; exit 9' ${name}; echo ready; while :; do sleep 0.1; done`;
    const running = viaHelper(['exec', web, 'sh', '-c', script]);
    running.stdout!.once('data', () => running.kill(signal));
    const { stdout, exitCode } = await running;
    expect([exitCode, stdout]).toEqual([9, `ready\ngot ${name}`]);
  });

  test('a reader that leaves ends the helper', async ({ lab }) => {
    const web = await lab.run('web');
    const line = [process.execPath, DBG, '--via', 'helper', 'exec', web, 'yes'].join(' ');
    const { stdout } = await execa('bash', ['-c', `${line} | head -2; echo "\${PIPESTATUS[0]}"`]);
    expect(stdout).toBe('y\ny\n141');
  });

  test('a secret that is only a word of the tool’s is not sent', async ({ lab }) => {
    const web = await lab.run('web');
    const { stdout } = await viaHelper(['exec', web, 'printenv', 'TOKEN'], { env: { TOKEN: 'hunter2' } });
    expect(stdout).toBe('');
    const dry = await viaHelper(['exec', '--dry-run', '-e', 'TOKEN', web, 'true'], { env: { TOKEN: 'hunter2' } });
    expect(dry.stdout).toMatch(/^docker run .* -e TOKEN /);
  });

  test('a dry run names the engine that was asked', async ({ lab }) => {
    const web = await lab.run('web');
    const { stdout } = await dbg([
      '-H',
      'unix:///var/run/docker.sock',
      '--via',
      'helper',
      'exec',
      '--dry-run',
      web,
      'true',
    ]);
    expect(stdout).toMatch(/^docker -H unix:\/\/\/var\/run\/docker\.sock run --rm /);
  });

  test('a dry run prints the line for here, and the line runs', async ({ lab }) => {
    const web = await lab.run('web');
    const words = ['exec', '--dry-run', web, 'sh', '-c', 'hostname; echo "it\'s $1"', 'sh', 'a  b'];
    const { stdout, exitCode } = await viaHelper(words);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^docker run --rm -i --pid=host /)]);
    const pasted = await execa('sh', ['-c', String(stdout)], { stdin: 'ignore' });
    expect(pasted.stdout).toBe(`${await lab.docker('exec', web, 'hostname')}\nit's a  b`);
  });

  test('strace, with its trace here', async ({ lab }) => {
    const web = await lab.run('web', { command: ['sh', '-c', 'while :; do sleep 0.1; done'] });
    const running = viaHelper(['strace', web]);
    await says(running, 'clone');
    running.kill('SIGINT');
    expect((await running).stderr).toMatch(/wait4|clone/);
  });
});

describe('on a terminal', () => {
  test('a shell: its size, Ctrl-C, its exit code', async ({ lab }) => {
    const web = await lab.run('web');
    const terminal = dbgOnTerminal(['--via', 'helper', 'shell', web]);
    await terminal.sees(/\[\S+@\S+\]/);
    terminal.resize(111, 33);
    await expect
      .poll(async () => {
        terminal.type('stty size\n');
        await new Promise((resolve) => setTimeout(resolve, 200));
        return terminal.screen();
      })
      .toContain('33 111');
    terminal.type('hostname\n');
    await terminal.sees(await lab.docker('exec', web, 'hostname'));
    terminal.type('sleep 301\n');
    await expect.poll(() => processes().some(({ command }) => command === 'sleep 301')).toBe(true);
    terminal.type('\x03');
    terminal.type('echo "code $?"; exit 7\n');
    await terminal.sees('code 130');
    expect(await terminal.ended).toBe(7);
  });

  test('nothing but the program is on the screen', async ({ lab }) => {
    const terminal = dbgOnTerminal(['--via', 'helper', 'exec', await lab.run('web'), 'echo', 'in']);
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toBe('in\r\n');
  });

  test('a program that fails at once has its exit code', async ({ lab }) => {
    const web = await lab.run('web');
    for (const [words, code] of [
      [['exec', web, 'false'], 1],
      [['exec', web, 'nosuch'], 127],
      [['exec', '--nosuch', web], 2],
    ] as const) {
      expect(await dbgOnTerminal(['--via', 'helper', ...words]).ended).toBe(code);
    }
  });

  test('variables and files that the command line names go along, and nobody else sees them', async ({ lab }) => {
    const web = await lab.run('web');
    const file = join(lab.folder, 'vars');
    writeFileSync(file, 'FROM_FILE=of-here\n');
    const words = [
      'exec',
      '-e',
      'TOKEN',
      '--env-file',
      file,
      web,
      'sh',
      '-c',
      'echo "$TOKEN,$FROM_FILE,$OTHER"; read x',
    ];
    const env = { TOKEN: 'hunter2', OTHER: 'not sent', PATH: process.env['PATH']! };
    const terminal = dbgOnTerminal(['--via', 'helper', ...words], env);
    await terminal.sees('hunter2,of-here,\r\n');
    expect((await execa('docker', ['inspect', await helpers()])).stdout).not.toContain('hunter2');
    terminal.type('\n');
    expect(await terminal.ended).toBe(0);
  });

  test('what is stopped in there goes on, as nobody could let it', async ({ lab }) => {
    const terminal = dbgOnTerminal(['--via', 'helper', 'shell', await lab.run('web')]);
    await terminal.sees(/\[\S+@\S+\]/);
    terminal.type('kill -STOP $$\n');
    terminal.type('echo "go $((1 + 1))"; exit 3\n');
    await terminal.sees('go 2');
    expect(await terminal.ended).toBe(3);
  });

  test('nothing is left when dbg is killed while the helper starts', async ({ lab }) => {
    const terminal = dbgOnTerminal(['--via', 'helper', 'shell', await lab.run('web')]);
    await expect.poll(helpers, { interval: 5 }).not.toBe('');
    process.kill(terminal.pid, 'SIGKILL');
    // Made and not started, it stays until the next dbg comes; started, it waits 30 s for its leash.
    const running = () => execa('docker', ['ps', '-q', '--filter', 'label=dbg.helper']);
    await expect.poll(async () => (await running()).stdout).toBe('');
    await execa('docker', ['rm', '-f', ...(await helpers()).split('\n').filter(Boolean)], { reject: false });
  });

  test('nothing is left when dbg is killed', async ({ lab }) => {
    const web = await lab.run('web');
    const terminal = dbgOnTerminal(['--via', 'helper', 'exec', web, 'sh', '-c', 'echo ready; exec sleep 302']);
    await terminal.sees('ready');
    process.kill(terminal.pid, 'SIGKILL');
    await noHelper();
    await expect.poll(() => processes().filter(({ command }) => command === 'sleep 302')).toEqual([]);
  });

  test('nothing is left when dbg is hung up or told to end', async ({ lab }) => {
    const web = await lab.run('web');
    for (const [signal, code] of [
      ['SIGHUP', 129],
      ['SIGTERM', 143],
    ] as const) {
      const terminal = dbgOnTerminal(['--via', 'helper', 'exec', web, 'sh', '-c', 'echo ready; exec sleep 303']);
      await terminal.sees('ready');
      process.kill(terminal.pid, signal);
      expect(await terminal.ended).toBe(code);
      await noHelper();
      expect(processes().filter(({ command }) => command === 'sleep 303')).toEqual([]);
    }
  });
});

describe('nothing is left', () => {
  const killNear = async (near: number) => void process.kill(near, 'SIGKILL');
  const removeHelper = async () => void (await execa('docker', ['rm', '-f', await helpers()], { reject: false }));

  test.for([
    ['the near dbg is killed', killNear],
    ['the helper is removed', removeHelper],
  ] as const)('of a tool, when %s', async ([, end], { lab }) => {
    const web = await lab.run('web');
    const running = viaHelper(['exec', web, 'sh', '-c', 'echo ready; exec sleep 4722']);
    await firstLine(running);
    await end(running.pid!);
    const { exitCode, stderr, signal } = await running;
    if (signal !== 'SIGKILL') {
      expect([exitCode, stderr]).toEqual([125, expect.stringMatching(/^dbg: dbg's helper ended before the verb did/)]);
    }
    await noHelper();
    await expect.poll(() => processes().filter(({ command }) => command === 'sleep 4722')).toEqual([]);
  });

  test('of a cut, when dbg’s output cannot be written', async ({ lab }) => {
    const web = await lab.run('web');
    const words = ['--via', 'helper', 'veth', web, '--down', '--for', '1h'];
    const { exitCode } = await dbgRedirected(words, '>/dev/full');
    expect(exitCode).toBe(125);
    expect((await dbg(['veth', '--status'])).stdout).not.toContain(web);
  });

  test('of a cut, when the helper is told to end', async ({ lab }) => {
    const web = await lab.run('web');
    const running = viaHelper(['veth', web, '--down', '--for', '1h']);
    await firstLine(running);
    await execa('docker', ['stop', '-t', '60', await helpers()], { reject: false });
    await running;
    expect((await dbg(['veth', '--status'])).stdout).not.toContain(web);
  });

  test('of a cut, when the near dbg is killed', async ({ lab }) => {
    const web = await lab.run('web');
    const running = viaHelper(['veth', web, '--down', '--for', '1h']);
    await firstLine(running);
    expect((await dbg(['veth', '--status'])).stdout).toContain(web);
    process.kill(running.pid!, 'SIGKILL');
    await running;
    await expect.poll(async () => (await dbg(['veth', '--status'])).stdout).not.toContain(web);
  });
});

describe('the image', () => {
  const RIGHTS = ['SYS_ADMIN', 'SYS_PTRACE', 'NET_ADMIN'].map((name) => `--cap-add=${name}`);

  test('is below 150 MB', async () => {
    const { stdout } = await execa('docker', ['image', 'inspect', '-f', '{{.Size}}', 'dbg']);
    // Of Node 20, 86 MB. Newer ones are larger.
    const node = process.versions.node.startsWith('20.') ? 86e6 : statSync(process.execPath).size;
    expect(Number(stdout)).toBeLessThan(node + 64e6);
  });

  test('of another build gets the files of this one', async ({ lab }) => {
    const web = await lab.run('web');
    const made = await lab.docker('create', '--label', 'dbg.helper-test=1', 'dbg');
    lab.cleanUp(() => lab.docker('rm', made));
    const image = await lab.docker('commit', '--change', 'LABEL dbg.key=other', made);
    lab.cleanUp(() => lab.docker('rmi', image));
    const { stdout, exitCode } = await viaHelper(['exec', web, 'echo', 'in'], { env: { DBG_IMAGE: image } });
    expect([exitCode, stdout]).toEqual([0, 'in']);
  });

  test('that is missing, and one that is not dbg’s', async ({ lab }) => {
    const web = await lab.run('web');
    const missing = await viaHelper(['ps', web], { env: { DBG_IMAGE: 'nosuch:1' } });
    expect(missing.exitCode).toBe(125);
    expect(missing.stderr).toMatch(
      /^dbg: the engine at unix:\S+ has no image "nosuch:1", in which dbg's helper runs\n/,
    );
    const other = await viaHelper(['ps', web], { env: { DBG_IMAGE: 'busybox' } });
    expect([other.exitCode, other.stderr]).toEqual([125, expect.stringContaining('the image "busybox" is not dbg')]);
    const [empty, odd] = await Promise.all(
      ['', '../x'].map((name) => viaHelper(['ps', web], { env: { DBG_IMAGE: name } })),
    );
    expect([empty!.exitCode, odd!.exitCode]).toEqual([0, 125]);
  });

  test('is used by hand', async ({ lab }) => {
    const web = await lab.run('web');
    const options = ['--rm', '--pid=host', '--net=host', '-v', '/run:/run', ...RIGHTS];
    const { stdout } = await execa('docker', ['run', ...options, 'dbg', 'exec', '--host-view', web, 'hostname']);
    expect(stdout).toBe(await lab.docker('exec', web, 'hostname'));
  });
});

test('a container that calls itself a helper by a label is seen all the same', async ({ lab }) => {
  const web = await lab.run('web', { options: ['--label', 'dbg.helper=x'] });
  expect((await dbg(['ps', web.slice(0, -1)])).exitCode).toBe(0);
  expect((await execa('docker', ['rm', '-f', web])).exitCode).toBe(0);
});

test.for([
  ['ssh', /^dbg: --via ssh needs an address with ssh:\/\//],
  ['nowhere', /It is one of here, ssh, helper\./],
] as const)('--via %s is wrong usage', async ([via, says_], { lab }) => {
  const { exitCode, stderr } = await dbg(['--via', via, 'ps', await lab.run('web')]);
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(says_)]);
});

test('--via here looks for the processes on this host', async ({ lab }) => {
  expect((await dbg(['--via', 'here', 'ps', await lab.run('web')])).exitCode).toBe(0);
});

test('a verb that listens says that it would do so elsewhere', async ({ lab }) => {
  const web = await lab.run('web');
  const { exitCode, stderr } = await viaHelper(['forward', web, '80']);
  expect([exitCode, stderr]).toEqual([125, expect.stringContaining('listens on the host on which it runs')]);
});
