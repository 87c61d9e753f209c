import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, dbgOnTerminal, DBG, firstLine, processes, says } from './support/dbg.ts';
import { farDbgs, farHost, nothingFar } from './support/far.ts';
import { test } from './support/lab.ts';

// dbg on another host: sshd is on this one, so that a test sees both sides.

describe('the same answer as on the host itself', () => {
  test.for<[string, (web: string) => string[]]>([
    ['ps', (web) => ['ps', web, '--json']],
    ['env', (web) => ['env', web]],
    ['veth', (web) => ['veth', web]],
    ['veth, as JSON', (web) => ['veth', web, '--json']],
    ['cat', (web) => ['cat', web, '/etc/hosts']],
    ['why', (web) => ['why', web]],
    ['no such container', (web) => ['ps', `${web}-none`]],
    ['no such tool', (web) => ['exec', web, 'no-such-tool']],
    ['wrong usage', (web) => ['ps', web, '--nosuch']],
  ])('%s', async ([, args], { lab }) => {
    const far = await farHost(lab);
    const words = args(await lab.run('web', { options: ['-e', 'COLOR=blue'] }));
    // What changes by itself from one look to the next: times, and shares of a processor.
    // So do the containers of other tests.
    const steady = (text: unknown) =>
      String(text)
        .replaceAll(/\d+(\.\d+)?/g, '0')
        .replace(/\(running: .*/, '');
    const [here, there] = [await dbg(words), await far.run(words)];
    expect(there.exitCode).toBe(here.exitCode);
    expect(steady(there.stdout)).toBe(steady(here.stdout));
    // The steps to type name the engine that was asked.
    expect(steady(there.stderr).split('\n')[0]).toMatch(
      String(there.stderr).startsWith('dbg: bringing dbg to') ? /^dbg: bringing/ : steady(here.stderr).split('\n')[0]!,
    );
    await nothingFar(lab);
  });
});

test('diff reads bundles of here; two of them need no other host', async ({ lab }) => {
  const far = await farHost(lab);
  const web = await lab.run('web', { options: ['-e', 'COLOR=blue'] });
  const [one, big] = [join(lab.folder, 'one.tar.gz'), join(lab.folder, 'big.tar.gz')];
  expect((await dbg(['bundle', web, '--no-probe', '-o', one])).exitCode).toBe(0);
  const red = await lab.run('red', { options: ['-e', 'COLOR=red'] });
  const changed = await far.run(['diff', one, red, '--no-probe']);
  expect([changed.exitCode, changed.stdout]).toEqual([1, expect.stringMatching(/COLOR\n +- blue\n +\+ red/)]);
  await nothingFar(lab);
  const sshless = { ...far.env, PATH: join(lab.folder, 'no-ssh') };
  const line = [DBG, '-H', far.server.address, 'diff', one, one];
  expect((await execa(process.execPath, line, { env: sshless, reject: false })).exitCode).toBe(0);
  writeFileSync(big, Buffer.alloc(1 << 20));
  const refused = await far.run(['diff', big, web]);
  expect(refused.stderr).toContain(`${big} cannot be read: `);
  expect(refused.exitCode).toBe(125);
});

describe('a program over there', () => {
  test('its output, its exit code and its signal', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const run = await far.run(['exec', web, 'sh', '-c', 'hostname; echo err >&2; exit 7']);
    expect([run.exitCode, run.stdout]).toEqual([7, (await lab.docker('exec', web, 'hostname')).trim()]);
    expect(run.stderr).toMatch(/^dbg: bringing dbg to 127\.0\.0\.1 \(\d+ kB\), once\nerr$/);
    const killed = await far.run(['exec', web, 'sh', '-c', 'kill -TERM $$']);
    expect([killed.exitCode, killed.stderr]).toEqual([143, '']);
  });

  test('a dry run prints the line for here, with ssh, and the line runs', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const { stdout, exitCode } = await far.run([
      'exec',
      '--dry-run',
      web,
      'sh',
      '-c',
      'hostname; echo "it\'s $1"',
      'sh',
      'a  b',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ssh .*127\.0\.0\.1 '/);
    const pasted = await execa('sh', ['-c', String(stdout)], { env: far.env });
    expect(pasted.stdout).toBe(`${await lab.docker('exec', web, 'hostname')}\nit's a  b`);
    const cut = await far.run(['veth', web, '--down', '--dry-run']);
    expect(cut.stdout).toMatch(
      /^ssh .*127\.0\.0\.1 'ip link set dev veth\w+ alias [^]*\nip link set dev veth\w+ down'$/,
    );
  });

  test('bytes both ways, and a stdin that ends while the output goes on', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const bytes = Buffer.alloc(8 << 20, 'every byte \0\xff\r\n', 'latin1');
    const digest = createHash('sha256').update(bytes).digest('hex');
    const run = await far.run(['exec', web, 'sh', '-c', 'sha256sum; head -c 3000000 /dev/zero | tr "\\0" "\\377"'], {
      input: bytes,
      stdin: 'pipe',
      encoding: 'buffer',
      maxBuffer: 1 << 26,
    });
    const out = run.stdout as unknown as Uint8Array;
    expect(Buffer.from(out.subarray(0, 64)).toString()).toBe(digest);
    expect(out.length).toBe(68 + 3_000_000);
    expect(out.subarray(68).every((byte) => byte === 255)).toBe(true);
  });

  test('a reader that leaves ends it', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const line = [process.execPath, DBG, ...far.there, 'exec', web, 'yes'].join(' ');
    const { stdout } = await execa('bash', ['-c', `${line} | head -2; echo "\${PIPESTATUS[0]}"`], { env: far.env });
    expect(stdout).toBe('y\ny\n141');
    await nothingFar(lab);
  });

  test.for(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const)('%s reaches it', async (signal, { lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const script = `trap 'echo got ${signal.slice(3)}; exit 9' ${signal.slice(3)}; echo ready; while :; do sleep 0.1; done`;
    const running = far.run(['exec', web, 'sh', '-c', script]);
    running.stdout!.once('data', () => running.kill(signal));
    const { stdout, exitCode } = await running;
    expect([exitCode, stdout]).toEqual([9, `ready\ngot ${signal.slice(3)}`]);
  });

  test('what it leaves in the background does not hold dbg', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const { stdout } = await far.run(['exec', web, 'sh', '-c', 'sleep 4711 & echo $!']);
    process.kill(Number(stdout), 'SIGKILL');
    await nothingFar(lab);
  });

  test('variables and files that the command line names go along', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    writeFileSync(join(lab.folder, 'vars'), 'FROM_FILE=of here\n');
    const words = ['exec', '-e', 'NEAR', '--env-file', 'vars', web, 'sh', '-c', 'echo "$NEAR,$FROM_FILE,$SECRET"'];
    const path = process.cwd();
    const { stdout } = await execa(process.execPath, [join(path, DBG), ...far.there, ...words], {
      env: { ...far.env, NEAR: 'here', SECRET: 'not sent' },
      cwd: lab.folder,
    });
    expect(stdout).toBe('here,of here,');
  });

  test('the words that led there lead no further, behind the verb and on a terminal', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const terminal = dbgOnTerminal(
      ['exec', '--host', far.server.address, web, 'sh', '-c', 'echo "$DBG_THERE,"; tty'],
      far.env,
    );
    await terminal.sees(/(^|\n),\s+\/dev\/pts\//);
    expect(await terminal.ended).toBe(0);
    await nothingFar(lab);
  });

  test('a shell, with the whole terminal', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const terminal = dbgOnTerminal([...far.there, 'shell', web], far.env);
    await terminal.sees(/\[\S+@\S+\]/);
    terminal.resize(111, 33);
    terminal.type('stty size; hostname\n');
    await terminal.sees('33 111');
    await terminal.sees(await lab.docker('exec', web, 'hostname'));
    terminal.type('sleep 300\n');
    await expect.poll(() => processes().some(({ command }) => command === 'sleep 300')).toBe(true);
    terminal.type('\x03');
    terminal.type('echo "code $?"; exit 7\n');
    await terminal.sees('code 130');
    expect(await terminal.ended).toBe(7);
    await nothingFar(lab);
  });
});

describe('the person’s files are near', () => {
  test('a capture, whole after Ctrl-C, owned by the person', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const file = join(lab.folder, 'cap.pcap');
    const running = far.run(['tcpdump', web, '-i', 'lo', '-w', file, 'icmp']);
    await says(running, 'listening on lo');
    await lab.docker('exec', web, 'ping', '-c', '3', '-i', '0.1', '127.0.0.1');
    running.kill('SIGINT');
    const { stderr, exitCode } = await running;
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`6 packets`);
    const { stdout } = await execa('tcpdump', ['-nr', file]);
    expect(stdout.split('\n')).toHaveLength(6);
  });

  test('a full disk here is said', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const { stderr, exitCode } = await far.run(['tcpdump', web, '-i', 'lo', '-c', '1', '-w', '/dev/full']);
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(/\/dev\/full/);
  });
});

// DBG_TIMES=50 npm test -- far: so many times each.
const OFTEN = { repeats: Number(process.env['DBG_TIMES'] ?? 1) - 1 };

describe('nothing is left over there', OFTEN, () => {
  const DEATHS = {
    'the near dbg is killed': (near: number) => process.kill(near, 'SIGKILL'),
    'its ssh is killed': (near: number) => killChild(near, 'ssh'),
    'the sshd of the connection is killed': () => killAll(/^sshd: root@notty/),
  };
  function killChild(parent: number, name: string) {
    const isIts = ({ pid }: { pid: number }) => /^PPid:\t(\d+)/m.exec(status(pid))?.[1] === String(parent);
    for (const each of processes().filter(isIts)) if (each.command.includes(name)) process.kill(each.pid, 'SIGKILL');
  }
  const killAll = (what: RegExp) =>
    processes().forEach(({ pid, command }) => what.test(command) && process.kill(pid, 'SIGKILL'));
  function status(pid: number): string {
    try {
      return readFileSync(`/proc/${pid}/status`, 'utf8');
    } catch {
      return '';
    }
  }

  test.for(Object.entries(DEATHS))('a tool, when %s', async ([, kill], { lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const running = far.run(['exec', web, 'sh', '-c', 'echo ready; exec sleep 4712']);
    await new Promise((resolve) => running.stdout!.once('data', resolve));
    kill(running.pid!);
    const { exitCode, stderr, signal } = await running;
    if (signal !== 'SIGKILL') {
      expect(exitCode).toBe(125);
      expect(stderr).toMatch(/dbg: the connection to 127\.0\.0\.1 broke/);
    }
    await nothingFar(lab);
    await expect.poll(() => processes().filter(({ command }) => command === 'sleep 4712')).toEqual([]);
  });

  test.for(Object.entries(DEATHS))('a cut, when %s', async ([, kill], { lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const running = far.run(['veth', web, '--down', '--for', '1h']);
    await firstLine(running);
    expect((await dbg(['veth', '--status'])).stdout).toContain(web);
    kill(running.pid!);
    await running;
    await nothingFar(lab);
    await expect.poll(async () => (await dbg(['veth', '--status'])).stdout).not.toContain(web);
  });
});

describe('dbg comes along', () => {
  test('once, into a folder of the user alone', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    expect((await far.run(['ps', web])).stderr).toContain('bringing dbg');
    expect((await far.run(['ps', web])).stderr).toBe('');
    const cache = join(lab.folder, 'far-cache/dbg');
    const [key, ...others] = readdirSync(cache);
    expect(others).toEqual([]);
    expect(`${key}\n`).toBe(readFileSync(join(DBG, '../../dist/key'), 'utf8'));
    expect(statSync(join(cache, key!)).mode & 0o777).toBe(0o700);
  });

  test('two at once bring it without harm', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const runs = await Promise.all([1, 2, 3].map(() => far.run(['exec', web, 'hostname'])));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(readdirSync(join(lab.folder, 'far-cache/dbg'))).toHaveLength(1);
  });

  test('before a terminal too', async ({ lab }) => {
    const far = await farHost(lab);
    const web = await lab.run('web');
    const terminal = dbgOnTerminal([...far.there, 'exec', web, 'tty'], far.env);
    await terminal.sees('/dev/pts/');
    expect(await terminal.ended).toBe(0);
    expect(existsSync(join(lab.folder, 'far-cache/dbg'))).toBe(true);
  });

  test('what a login shell prints is no frame', async ({ lab }) => {
    const far = await farHost(lab, ['ForceCommand echo "Welcome to far!"; exec sh -c "$SSH_ORIGINAL_COMMAND"']);
    const web = await lab.run('web');
    expect((await far.run(['exec', web, 'echo', 'x'])).stdout).toBe('x');
  });

  test('without Node over there, that is said', async ({ lab }) => {
    const bin = join(lab.folder, 'bin');
    mkdirSync(bin);
    for (const name of ['sh', 'id', 'cat', 'readlink']) {
      writeFileSync(join(bin, name), `#!/bin/sh\nexec /bin/${name} "$@"\n`);
      chmodSync(join(bin, name), 0o755);
    }
    const far = await farHost(lab, [`ForceCommand PATH=${bin}; export PATH; exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"`]);
    const { stderr, exitCode } = await far.run(['ps', await lab.run('web')]);
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(/^dbg: 127\.0\.0\.1 has no Node, which dbg needs there \(20 or newer\)/);
  });
});

test('a far dbg that hears nothing for a while ends', async ({ lab }) => {
  const far = await farHost(lab);
  const web = await lab.run('web');
  const running = far.run(['exec', web, 'sh', '-c', 'echo ready; exec sleep 4713']);
  await new Promise((resolve) => running.stdout!.once('data', resolve));
  expect(farDbgs(lab)).not.toEqual([]);
  running.kill('SIGSTOP');
  await nothingFar(lab);
  running.kill('SIGKILL');
  await running;
});
