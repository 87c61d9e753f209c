import { existsSync, mkdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { test } from './support/lab.ts';

interface Row {
  readonly pid: number;
  readonly container_pid: number | null;
  readonly user: string | null;
  readonly uid: number | null;
  readonly host_uid: number;
  readonly state: string;
  readonly cpu_percent: number;
  readonly rss_bytes: number;
  readonly elapsed_seconds: number;
  readonly name: string;
  readonly argv: string[];
}

async function processes(...args: readonly string[]): Promise<Row[]> {
  const { stdout, stderr, exitCode } = await dbg(['ps', ...args, '--json']);
  expect(exitCode, String(stderr)).toBe(0);
  return JSON.parse(stdout as string).processes;
}

const shell = (script: string) => ({ command: ['sh', '-c', script] });

const isV1 = existsSync('/sys/fs/cgroup/pids');
const WHY = 'with cgroup v2, processes are moved by other rules';
const soon = <T>(look: () => T) => expect.poll(look, { interval: 20 });

test('as the host’s own ps and docker top have it', async ({ lab }) => {
  const web = await lab.run('web', shell('sleep 3599 & exec sleep 3600'));
  await soon(() => processes(web)).toHaveLength(2);
  const rows = await processes(web);
  const top = (await lab.docker('top', web, '-o', 'pid')).split('\n').slice(1).map(Number);
  expect(rows.map(({ pid }) => pid)).toEqual(top.toSorted((one, other) => one - other));
  expect(rows[0]).toMatchObject({ pid: await lab.pid(web), container_pid: 1, argv: ['sleep', '3600'] });
  for (const row of rows) {
    const { stdout } = await execa('ps', ['-o', 'rss=,etimes=,comm=,stat=', '-p', String(row.pid)]);
    const [rss, elapsed, comm, state] = stdout.trim().split(/\s+/);
    expect(row).toMatchObject({ rss_bytes: Number(rss) * 1024, name: comm, state: state![0], user: 'root', uid: 0 });
    expect(Math.abs(row.elapsed_seconds - Number(elapsed))).toBeLessThanOrEqual(2);
  }
});

test('as a table', async ({ lab }) => {
  const web = await lab.run('web', shell('exec sleep 3600'));
  const { stdout } = await dbg(['ps', web]);
  const pid = await lab.pid(web);
  expect(stdout).toMatch(/^PID +CTR PID {2}USER {2}STATE {2}CPU +MEMORY +ELAPSED +COMMAND\n/);
  expect(stdout).toMatch(new RegExp(`^${pid} +1 +root +S +[\\d.]+% +[\\d.]+[KM]iB +\\d+ seconds? +sleep 3600$`, 'm'));
});

test('a busy one: CPU over its lifetime', async ({ lab }) => {
  const web = await lab.run('web', { ...shell('while :; do :; done'), options: ['--cpus', '0.5'] });
  await soon(async () => (await processes(web))[0]!.elapsed_seconds).toBeGreaterThan(1);
  const [row] = await processes(web);
  const { stdout } = await execa('ps', ['-o', 'pcpu=', '-p', String(row!.pid)]);
  expect(Math.abs(row!.cpu_percent - Number(stdout))).toBeLessThan(15);
});

test('--pid host: its own processes, not the host’s; the number is the same', async ({ lab }) => {
  const web = await lab.run('web', { options: ['--pid', 'host'] });
  const pid = await lab.pid(web);
  expect(await processes(web)).toEqual([expect.objectContaining({ pid, container_pid: pid })]);
});

test('users: by the container’s own names, and by number', async ({ lab }) => {
  const script = "echo 'web\u001b[31m:x:1234:1234::/:' >> /etc/passwd; exec sleep 3600";
  const web = await lab.run('web', shell(script));
  await lab.docker('exec', '-d', '-u', '1234', web, 'sleep', '3601');
  await lab.docker('exec', '-d', '-u', '4321', web, 'sleep', '3602');
  await soon(() => processes(web)).toHaveLength(3);
  expect((await processes(web)).map(({ user, uid, host_uid }) => ({ user, uid, host_uid }))).toEqual([
    { user: 'root', uid: 0, host_uid: 0 },
    { user: 'web\u001b[31m', uid: 1234, host_uid: 1234 },
    { user: null, uid: 4321, host_uid: 4321 },
  ]);
  const { stdout } = await dbg(['ps', web]);
  expect(stdout).toContain('web\\e[31m');
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toMatch(/ 4321 +S /);
});

test('an image without /etc/passwd', async ({ lab }) => {
  const web = await lab.run('web', { image: 'distroless', command: ['/bin/sleep', '3600'] });
  expect(await processes(web)).toEqual([expect.objectContaining({ user: null, uid: 0, argv: ['/bin/sleep', '3600'] })]);
});

for (const [what, prepare] of [
  ['a link', 'echo evil:x:0:0::/: > /etc/other; ln -sf /etc/other /etc/passwd'],
  ['a pipe', 'rm /etc/passwd; mkfifo /etc/passwd'],
  ['a device', 'rm /etc/passwd; mknod /etc/passwd c 1 5'],
  ['ten gigabytes of nothing', 'rm /etc/passwd; truncate -s 10G /etc/passwd'],
]) {
  test(`a passwd that is ${what}`, async ({ lab }) => {
    const web = await lab.run('web', shell(`${prepare}; exec sleep 3600`));
    await soon(async () => (await processes(web))[0]?.name).toBe('sleep');
    const { stdout } = await dbg(['ps', web, '--json'], { timeout: 60_000 });
    expect(JSON.parse(stdout as string).processes).toEqual([expect.objectContaining({ user: null, uid: 0 })]);
  });
}

test('users of a user namespace of its own', async ({ lab, skip }) => {
  skip(!isV1, WHY);
  const web = await lab.run('web');
  const start =
    "exec setpriv --reuid 100007 --regid 100007 --clear-groups unshare --user sh -c 'read mapped; exec sleep 60'";
  const guest = execa('sh', ['-c', start], { reject: false });
  lab.cleanUp(async () => {
    guest.kill('SIGKILL');
    await guest;
  });
  const own = readlinkSync('/proc/self/ns/user');
  await soon(() => readlinkSync(`/proc/${guest.pid}/ns/user`)).not.toBe(own);
  writeFileSync(`/proc/${guest.pid}/uid_map`, '0 100000 1000\n');
  const pids = /^\d+:pids:(.*)$/m.exec(readFileSync(`/proc/${await lab.pid(web)}/cgroup`, 'utf8'))?.[1];
  writeFileSync(`/sys/fs/cgroup/pids${pids}/cgroup.procs`, String(guest.pid));
  guest.stdin.end('\n');
  // Seen from the guest, whose file system is the host's: its uid 7 is lp in Debian's passwd; the container's root has no number.
  const named = async () =>
    (await processes('--pid', String(guest.pid))).map(({ user, uid, host_uid }) => ({ user, uid, host_uid }));
  const name = /^([^:]+):[^:]*:7:/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1] ?? null;
  expect(await named()).toEqual([
    { user: null, uid: null, host_uid: 0 },
    { user: name, uid: 7, host_uid: 100007 },
  ]);
});

test('names that hold escapes and newlines', async ({ lab }) => {
  const script = `f="$(printf '/tmp/a\\033[2J\\nroot)')"; printf '#!/bin/sh\\nsleep 3601\\n:' > "$f"; chmod +x "$f"; "$f" & exec sleep 3600`;
  const web = await lab.run('web', shell(script));
  await soon(() => processes(web)).toHaveLength(3);
  const hostile = (await processes(web)).find(({ name }) => name.startsWith('a'));
  expect(hostile).toMatchObject({ name: 'a\u001b[2J\nroot)', argv: ['/bin/sh', '/tmp/a\u001b[2J\nroot)'] });
  const { stdout } = await dbg(['ps', web]);
  expect(stdout).toContain('/bin/sh /tmp/a\\e[2J\\nroot)');
  expect((stdout as string).split('\n')).toHaveLength(4);
  expect(stdout).not.toContain('\u001b');
});

test('a zombie', async ({ lab }) => {
  const web = await lab.run('web', shell('sleep 0 & exec sleep 3600'));
  await soon(async () => (await processes(web)).map(({ state }) => state)).toEqual(['S', 'Z']);
  expect((await dbg(['ps', web])).stdout).toMatch(/^\d+ +\d+ +root +Z +0\.0% +0B .*\[sleep\] <defunct>$/m);
});

test('processes that come and go while dbg looks', async ({ lab }) => {
  const web = await lab.run('web', shell('while :; do /bin/true; /bin/true & done'));
  for (let round = 0; round < 15; round++) {
    const rows = await processes(web);
    expect(rows[0]).toMatchObject({ pid: await lab.pid(web), container_pid: 1 });
    for (const row of rows) expect(row).toMatchObject({ user: 'root', name: expect.any(String) });
  }
});

test('in a cgroup that was made inside, as Docker in Docker does', async ({ lab, skip }) => {
  skip(!isV1, WHY);
  const web = await lab.run('web', shell('sleep 3599 & exec sleep 3600'));
  await soon(() => processes(web)).toHaveLength(2);
  const inner = (await processes(web))[1]!.pid;
  const made = readFileSync(`/proc/${inner}/cgroup`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':') as [string, string, string])
    .map(([, name, path]) => `/sys/fs/cgroup/${name.replace('name=', '') || 'unified'}${path}/inner`)
    .filter((folder) => folder.includes(web) || /[0-9a-f]{64}/.test(folder))
    .filter((folder) => !folder.includes('/cpuset/'));
  for (const folder of made) {
    mkdirSync(folder);
    writeFileSync(`${folder}/cgroup.procs`, String(inner));
  }
  lab.cleanUp(async () => {
    process.kill(inner, 'SIGKILL');
    for (const folder of made) await soon(() => (rmdirSync(folder), 'gone')).toBe('gone');
  });
  expect((await processes(web)).map(({ pid }) => pid)).toEqual([await lab.pid(web), inner]);
  expect((await processes('--pid', String(inner))).map(({ pid }) => pid)).toEqual([await lab.pid(web), inner]);
});

test('ns, ps and limits answer while the engine hangs', async ({ lab }) => {
  const web = await lab.run('web');
  const pid = await lab.pid(web);
  const id = await lab.docker('inspect', '-f', '{{.Id}}', web);
  const { stdout } = await execa('sh', ['-c', 'grep -lsx dockerd /proc/[0-9]*/comm || :']);
  const dockerd = Number(stdout.split('/')[2]);
  process.kill(dockerd, 'SIGSTOP');
  try {
    const verbs = ['ns', 'ps', 'limits'];
    const answers = await Promise.all(
      verbs.map((verb) => dbg([verb, '--pid', String(pid), '--json'], { timeout: 10_000 })),
    );
    for (const { stdout: out, exitCode } of answers) {
      expect(exitCode).toBe(0);
      expect(JSON.parse(out as string)).toMatchObject({ container: null, id, pid });
    }
  } finally {
    process.kill(dockerd, 'SIGCONT');
  }
});

test('a paused container: ps, ns and limits say so, and no more once it goes on', async ({ lab }) => {
  const web = await lab.run('web');
  const said = async (...args: readonly string[]) => {
    const { stdout, stderr, exitCode } = await dbg(args);
    expect(exitCode, String(stderr)).toBe(0);
    return { out: String(stdout), err: String(stderr) };
  };
  const pausedBy = async (verb: string, ...args: readonly string[]) =>
    JSON.parse((await said(verb, ...args, '--json')).out).paused;
  await lab.docker('pause', web);
  const pid = String(await lab.pid(web));
  for (const verb of ['ps', 'ns', 'limits']) {
    expect((await said(verb, web)).err).toContain(`${web} is paused`);
    expect(await pausedBy(verb, web)).toBe(true);
    expect(await pausedBy(verb, '--pid', pid)).toBe(true);
  }
  expect((await said('ps', web)).out).toMatch(/\(paused\)/);
  await lab.docker('unpause', web);
  for (const verb of ['ps', 'ns', 'limits']) {
    expect((await said(verb, web)).err).not.toContain('paused');
    expect(await pausedBy(verb, web)).toBe(false);
  }
});
