import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, DBG, firstLine, says } from './support/dbg.ts';
import { test } from './support/lab.ts';

/**
 * Ends the container before it becomes the program whose name it has: nsenter, or who joins what
 * nsenter does not.
 */
const late = (container: string, pid: number) => `#!/bin/sh
docker kill ${container} >/dev/null 2>&1
while [ -d /proc/${pid} ]; do sleep 0.01; done
PATH=/usr/sbin:/usr/bin:/sbin:/bin exec "\${0##*/}" "$@"
`;
test.for([
  ['nsenter', 'exec', 'CTR', 'true'],
  ['nsenter', 'exec', '--ns', 'net,pid', 'CTR', 'true'],
  ['nsenter', 'exec', '--all', 'CTR', 'true'],
  ['nsenter', 'exec', '-u', '1000', 'CTR', 'true'],
  ['nsenter', 'exec', '--caps', 'container', 'CTR', 'true'],
  ['nsenter', 'exec', '--ns', 'net,mnt', 'CTR', 'true'],
  ['nsenter', 'shell', 'CTR', '--', 'true'],
  ['nsenter', 'tcpdump', 'CTR'],
  ['nsenter', 'tcpdump', 'CTR', '-w', 'FILE'],
  ['nsenter', 'tcpdump', 'CTR', '-w', 'FILE.pcapng'],
  ['nsenter', 'tcpflow', 'CTR'],
  ['nsenter', 'strace', 'CTR', '--', 'true'],
  ['unshare', 'exec', 'CTR', 'true'],
  ['unshare', 'exec', '--ns', 'net,pid', 'CTR', 'true'],
  ['mount', 'exec', '--ns', 'net,pid', 'CTR', 'true'],
  ['mount', 'exec', '--host-view', '--all', 'CTR', 'true'],
])('it ends while it is joined, before %j: dbg says so in its own words', async ([program = '', ...words], { lab }) => {
  const container = await lab.run('c', { command: ['sleep', '3600'] });
  const folder = join(lab.folder, 'late');
  mkdirSync(folder);
  writeFileSync(join(folder, program), late(container, await lab.pid(container)), { mode: 0o755 });
  const names: Record<string, string> = {
    CTR: container,
    FILE: join(lab.folder, 'a.pcap'),
    'FILE.pcapng': join(lab.folder, 'a.pcapng'),
  };
  const { exitCode, stderr } = await dbg(
    words.map((word) => names[word] ?? word),
    {
      env: { PATH: `${folder}:${process.env['PATH']}` },
    },
  );
  const said = String(stderr)
    .split('\n')
    .filter((line) => !line.startsWith('dbg: the program runs without the seccomp filter'));
  expect([exitCode, ...said]).toEqual([
    125,
    `dbg: "${container}" ended or was restarted just now; nothing was run`,
    `     look:  docker ps -a --filter name=${container}`,
  ]);
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('host tools in a distroless container, which has none', async ({ lab }) => {
  const container = await lab.run('c', { image: 'distroless', command: ['/bin/sleep', '3600'] });
  const inside = await execa('docker', ['exec', container, 'sh', '-c', 'true'], { reject: false });
  expect(inside.exitCode).not.toBe(0);

  const { stdout, exitCode } = await dbg(['exec', container, 'bash', '-c', 'ip -4 -br address show dev eth0']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(await lab.address(container));
});

test("host name and addresses are the container's, files and processes the host's, with /etc and /sys of the container", async ({
  lab,
}) => {
  const container = await lab.run('c', { options: ['--hostname', 'named-by-test'] });
  const pid = await lab.pid(container);
  const script =
    'hostname; ip -j -4 address show dev eth0; readlink /proc/self/ns/{net,uts,ipc,mnt,pid}; pwd; head -1 package.json';
  const { stdout } = await dbg(['shell', container, '--', 'bash', '-c', script]);
  const [hostname, address, net, uts, ipc, mnt, pidns, cwd, file] = stdout!.toString().split('\n');
  const ofContainer = (namespace: string) => readlinkSync(`/proc/${pid}/ns/${namespace}`);
  const ofHost = (namespace: string) => readlinkSync(`/proc/self/ns/${namespace}`);

  expect(hostname).toBe('named-by-test');
  expect(JSON.parse(address!)[0].addr_info[0].local).toBe(await lab.address(container));
  expect([net, uts, ipc]).toEqual(['net', 'uts', 'ipc'].map(ofContainer));
  expect(pidns).toBe(ofHost('pid'));
  // A mount namespace of the tool's own, with the host's files (test/engine/view.test.ts).
  expect([ofHost('mnt'), ofContainer('mnt')]).not.toContain(mnt);
  expect(net).not.toBe(ofHost('net'));
  expect([cwd, file]).toEqual([process.cwd(), '{']);
});

describe('exit codes', () => {
  test.for([
    ['success', ['true'], 0],
    ['its own', ['sh', '-c', 'exit 3'], 3],
    ['nothing found by a shell inside', ['sh', '-c', 'no-such-program'], 127],
    ['no such program on the host', ['no-such-program'], 127],
    ['not a program', ['/etc/passwd'], 126],
    ['a folder', ['/etc'], 126],
    ['ended by INT', ['sh', '-c', 'kill -INT $$'], 130],
    ['ended by TERM', ['sh', '-c', 'kill -TERM $$'], 143],
    ['ended by KILL', ['sh', '-c', 'kill -KILL $$'], 137],
  ] as const)('%s', async ([, command, expected], { lab }) => {
    const { exitCode } = await dbg(['exec', await lab.run(), ...command]);
    expect(exitCode).toBe(expected);
  });

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s sent to dbg reaches the program', async ([signal, expected], { lab }) => {
    const container = await lab.run();
    const running = dbg(['exec', container, 'bash', '-c', 'echo $$; exec sleep 3599']);
    const pid = Number(await firstLine(running));
    running.kill(signal);
    expect((await running).exitCode).toBe(expected);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('a signal sent to the whole group comes once', async ({ lab }) => {
    const script = `trap 'echo "INT $((++n))"; sleep 0.3; exit 5' INT; echo ready; while :; do sleep 0.05; done`;
    const running = dbg(['exec', await lab.run(), 'bash', '-c', script], { detached: true });
    expect(await firstLine(running)).toBe('ready');
    process.kill(-running.pid!, 'SIGINT');
    const { exitCode, stdout } = await running;
    expect([exitCode, stdout]).toEqual([5, 'ready\nINT 1']);
  });

  test('a signal sent to the whole group in the first instant of the program comes once', async ({ lab }) => {
    const container = await lab.run();
    const script = `trap 'echo INT; n=$((n+1))' INT; kill -INT 0; sleep 0.3; exit $((n+10))`;
    const run = () => dbg(['exec', '--host-view', container, 'bash', '-c', script], { detached: true });
    // All at once: a busy machine gives dbg its turn late.
    const runs = await Promise.all(Array.from({ length: 12 }, run));
    expect(runs.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(runs.map(() => [11, 'INT']));
  });

  test('a program that handles the signal decides itself', async ({ lab }) => {
    const container = await lab.run();
    const running = dbg(['exec', container, 'bash', '-c', 'trap "exit 9" TERM; echo $$; while :; do sleep 0.05; done']);
    await firstLine(running);
    running.kill('SIGTERM');
    expect((await running).exitCode).toBe(9);
  });
});

describe('bytes', () => {
  test('5 MB of random bytes through stdin and stdout', async ({ lab }) => {
    const container = await lab.run();
    const bytes = randomBytes(5_000_000);
    const { stdout } = await dbg(['exec', container, 'cat'], { stdin: 'pipe', input: bytes, encoding: 'buffer' });
    expect(sha256(stdout as Uint8Array)).toBe(sha256(bytes));
  });

  test('in a real pipeline: dbg shell web -- cat f.bin | sha256sum', async ({ lab }) => {
    const container = await lab.run();
    const file = join(lab.folder, 'f.bin');
    writeFileSync(file, randomBytes(5_000_000));
    const line = `'${process.execPath}' ${DBG} shell ${container} -- cat ${file} | sha256sum`;
    const { stdout } = await execa('bash', ['-c', line]);
    expect(stdout.split(' ')[0]).toBe(sha256(readFileSync(file)));
  });

  test('a reader that leaves early ends it quietly', async ({ lab }) => {
    const container = await lab.run();
    const line = `'${process.execPath}' ${DBG} exec ${container} yes | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await execa('bash', ['-c', line]);
    expect(stdout).toBe('y\n141');
    expect(stderr).toBe('');
  });

  test('stdin is left alone when the program does not read it', async ({ lab }) => {
    const container = await lab.run();
    const line = `'${process.execPath}' ${DBG} exec ${container} true; cat`;
    const { stdout } = await execa('bash', ['-c', line], { input: 'for the next one' });
    expect(stdout).toBe('for the next one');
  });
});

test('a paused container can be entered', async ({ lab }) => {
  const container = await lab.run();
  await lab.docker('pause', container);
  lab.cleanUp(() => lab.docker('unpause', container));
  const { stdout, exitCode } = await dbg(['exec', container, 'hostname']);
  expect([exitCode, stdout]).toEqual([0, await lab.docker('inspect', '-f', '{{.Config.Hostname}}', container)]);
});

test.for([
  ['exec', 'CTR', 'sleep', '60'],
  ['shell', 'CTR', '--', 'sleep', '60'],
  ['tcpdump', 'CTR'],
  ['tcpdump', 'CTR', '-w', 'FILE'],
  ['tcpdump', '--restart', 'CTR', '-w', 'FILE'],
  ['tcpflow', 'CTR'],
  ['tcpflow', '--host-end', 'CTR'],
])('a paused container says so where a person would wait: %j', async (words, { lab }) => {
  const container = await lab.run();
  await lab.docker('pause', container);
  lab.cleanUp(() => lab.docker('unpause', container));
  const running = dbg(words.map((word) => ({ CTR: container, FILE: join(lab.folder, 'a.pcapng') })[word] ?? word));
  await says(running, `docker unpause ${container}\n`);
  running.kill('SIGTERM');
  const { stderr } = await running;
  expect(
    String(stderr)
      .split('\n')
      .filter((line) => line.includes('paused')),
  ).toEqual([`dbg: ${container} is paused: its processes stand still; let them go on:  docker unpause ${container}`]);
});

test('a cgroup that was frozen without the engine: joining it and strace are refused all the same', async ({ lab }) => {
  const container = await lab.run();
  const pid = await lab.pid(container);
  const place = /^\d+:freezer:(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
  const [file, frozen, thawed] =
    place === undefined
      ? [`/sys/fs/cgroup${readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().slice(3)}/cgroup.freeze`, '1', '0']
      : [`/sys/fs/cgroup/freezer${place}/freezer.state`, 'FROZEN', 'THAWED'];
  writeFileSync(file, frozen);
  lab.cleanUp(async () => writeFileSync(file, thawed));
  for (const args of [
    ['exec', '--cgroup', container, 'true'],
    ['strace', container],
  ]) {
    const { exitCode, stderr } = await dbg(args, { timeout: 60_000 });
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining(`container "${container}" is paused`)]);
  }
});

test("docker's way of writing it: exec -it, a prefix of the name, of the id", async ({ lab }) => {
  const container = await lab.run();
  const id = await lab.docker('inspect', '-f', '{{.Id}}', container);
  for (const ref of [container.slice(0, -1), id, id.slice(0, 12)]) {
    const { stdout } = await dbg(['exec', '-it', ref, 'hostname']);
    expect(stdout, ref).toBe(id.slice(0, 12));
  }
});
