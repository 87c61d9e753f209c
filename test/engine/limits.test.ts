import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { expect } from 'vitest';
import { DBG, dbg } from './support/dbg.ts';
import { diskOfFiles } from './support/disk.ts';
import { test } from './support/lab.ts';

async function limits(...args: readonly string[]) {
  const { stdout, stderr, exitCode } = await dbg(['limits', ...args, '--json']);
  expect(exitCode, String(stderr)).toBe(0);
  return JSON.parse(stdout as string);
}

const shell = (script: string, ...options: readonly string[]) => ({ command: ['sh', '-c', script], options });
const MIB = 1 << 20;

const soon = <T>(look: () => T) => expect.poll(look, { interval: 20 });

test('limits as docker run was given them', async ({ lab }) => {
  const options = [
    '-m',
    '64m',
    '--memory-swap',
    '96m',
    '--memory-reservation',
    '32m',
    '--cpus',
    '0.5',
    '--pids-limit',
    '50',
  ];
  const web = await lab.run('web', { options: [...options, '--cpu-shares', '512', '--cpuset-cpus', '0'] });
  const read = await limits(web);
  expect(read).toMatchObject({
    container: web,
    pid: await lab.pid(web),
    memory: { limit_bytes: 64 * MIB, reservation_bytes: 32 * MIB, oom_kills: 0, limit_hits: 0 },
    swap: { limit_bytes: 32 * MIB, used_bytes: 0 },
    cpu: {
      limit_cpus: 0.5,
      quota_usec: 50_000,
      period_usec: 100_000,
      cpuset: '0',
      throttled_periods: expect.any(Number),
    },
    pids: { used: 1, limit: 50, limit_hits: 0 },
  });
  expect(read.cpu.shares ?? read.cpu.weight).toBe(read.cpu.shares === undefined ? 20 : 512);
  expect(read.memory.used_bytes).toBeGreaterThan(0);
  expect(read.memory.used_bytes).toBeLessThan(16 * MIB);
});

test('none set: null', async ({ lab }) => {
  const web = await lab.run('web');
  expect(await limits(web)).toMatchObject({
    memory: { limit_bytes: null, reservation_bytes: null },
    swap: { limit_bytes: null },
    cpu: { limit_cpus: null, quota_usec: null },
    pids: { limit: null },
  });
});

test('memory in use, as docker stats says it', async ({ lab }) => {
  const web = await lab.run('web', shell('dd if=/dev/zero of=/dev/shm/x bs=1M count=20; exec sleep 3600', '-m', '64m'));
  await soon(async () => (await limits(web)).memory.used_bytes).toBeGreaterThan(20 * MIB);
  const stats = await lab.docker('stats', '--no-stream', '--format', '{{.MemUsage}}', web);
  const { stdout } = await dbg(['limits', web]);
  const used = /^memory +([\d.]+)MiB +64MiB +\d+\.\d% +peak/m.exec(stdout as string)?.[1];
  expect(Number(used)).toBeCloseTo(Number(/^([\d.]+)MiB/.exec(stats)?.[1]), 0);
});

test('a process killed out of memory', async ({ lab }) => {
  const web = await lab.run('web', shell('tail /dev/zero; exec sleep 3600', '-m', '16m', '--memory-swap', '32m'));
  await soon(async () => (await limits(web)).memory.oom_kills).toBe(1);
  expect((await limits(web)).memory.limit_hits).toBeGreaterThan(0);
  expect((await dbg(['limits', web])).stdout).toMatch(
    /^memory .* 16MiB .* killed out of memory: 1, at its limit \d+ times?/m,
  );
});

test('forks refused for the limit on processes', async ({ lab }) => {
  // Not fewer: runc's own threads count too, until it has become the container's program.
  const forks = '(for i in $(seq 30); do sleep 3600 & done); exec sleep 3600';
  const web = await lab.run('web', shell(forks, '--pids-limit', '20'));
  await soon(async () => (await limits(web)).pids.limit_hits).toBeGreaterThan(0);
  const { pids } = await limits(web);
  expect(pids.limit).toBe(20);
  expect(pids.used).toBeLessThanOrEqual(20);
});

test('a throttled one: use, throttled periods, and its own pressure', async ({ lab }) => {
  // So little that it gets all of it on a busy machine too: a container that does not is not throttled.
  const web = await lab.run('web', shell('while :; do :; done', '--cpus', '0.05'));
  await soon(async () => (await limits(web)).cpu.throttled_periods).toBeGreaterThan(5);
  const idle = await lab.run('idle');
  const { cpu, pressure } = await limits(web);
  expect(cpu.used_cpus).toBeGreaterThan(0.025);
  expect(cpu.used_cpus).toBeLessThan(0.1);
  expect(cpu.throttled_usec).toBeGreaterThan(100_000);
  const waited = pressure.cpu.some.total_usec;
  expect(waited).toBeGreaterThan(100_000);
  expect((await limits(idle)).pressure.cpu.some.total_usec).toBeLessThan(waited);
  const { stdout } = await dbg(['limits', web]);
  expect(stdout).toMatch(/^cpu +0\.\d+ CPUs +0\.05 CPUs +\d+\.\d% +throttled in \d+ of \d+ periods/m);
  expect(stdout).toMatch(/^PRESSURE +SOME 10 s .*\ncpu +\d+\.\d\d% /m);
});

test('block I/O: written bytes, and a limit', async ({ lab, skip }) => {
  const { number, device } = diskOfFiles();
  skip(!existsSync(device), 'the files of this machine are on no block device of its own');
  const write = 'dd if=/dev/zero of=/x bs=1M count=8 oflag=direct; exec sleep 3600';
  const web = await lab.run('web', shell(write, '--device-read-bps', `${device}:1mb`));
  const ofDevice = async () =>
    (await limits(web)).io.find(({ name }: { name: string | null }) => device === `/dev/${name}`);
  expect(await ofDevice()).toMatchObject({
    device: number,
    read_bytes_per_second_limit: MIB,
    written_bytes_per_second_limit: null,
  });
  await soon(async () => (await ofDevice()).written_bytes).toBeGreaterThanOrEqual(8 * MIB);
  expect((await dbg(['limits', web])).stdout).toMatch(/^io \w+ +\S+ read, 8\.\d+MB written +read 1\.05MB\/s /m);
});

test('file systems: how full, in bytes and in files, and never those of the host', async ({ lab }) => {
  const fill =
    'dd if=/dev/zero of=/small/x bs=1k count=900; for i in $(seq 90); do : >/few/$i; done; ln -s /proc /small/link; exec sleep 3600';
  const options = [
    '--tmpfs',
    '/small:size=1m',
    '--tmpfs',
    '/few:size=4m,nr_inodes=100',
    '-v',
    `${lab.folder}:/volume:ro`,
  ];
  const web = await lab.run('web', shell(fill, ...options));
  const at = async (mountPoint: string) =>
    (await limits(web)).file_systems.find((each: { mount_point: string }) => each.mount_point === mountPoint);
  await soon(async () => (await at('/few')).used_inodes).toBeGreaterThan(90);
  expect(await at('/small')).toMatchObject({
    type: 'tmpfs',
    size_bytes: MIB,
    used_bytes: 900 * 1024,
    read_only: false,
  });
  expect(await at('/few')).toMatchObject({ inodes: 100, used_bytes: 0 });
  expect(await at('/volume')).toMatchObject({ read_only: true });
  expect((await at('/')).type).toBe('overlay');
  const { stdout } = await dbg(['limits', web]);
  expect(stdout).toMatch(/^fs \/small +900KiB +1MiB +87\.9% +tmpfs, inodes /m);
  expect(stdout).toMatch(/^fs \/few .* inodes 9\d\.\d%$/m);
  expect(stdout).not.toMatch(/fs \/(proc|sys|etc)/);
});

test('open files beside the limit of the process that is nearest to it', async ({ lab }) => {
  const open =
    'for i in 3 4 5 6 7 8 9; do eval "exec $i</dev/null"; done; sleep 3600 & ulimit -n 12; while :; do sleep 1; done';
  const web = await lab.run('web', shell(open, '--ulimit', 'nofile=100:100'));
  await soon(async () => (await limits(web)).open_files).toMatchObject({ limit: 12, command: 'sh' });
  const { open_files: files } = await limits(web);
  expect(files.pid).toBe(await lab.pid(web));
  expect(files.used).toBeGreaterThanOrEqual(10);
  expect((await dbg(['limits', web])).stdout).toMatch(/^open files +1\d +12 +\d+\.\d% +sh \(\d+\)/m);
});

test('lives: how the one before ended, and a limit that was changed past the engine', async ({ lab }) => {
  const dies = '[ -e /once ] && exec sleep 3600; : >/once; tail /dev/zero; exit 3';
  const web = await lab.run(
    'web',
    shell(dies, '-m', '32m', '--memory-swap', '32m', '--restart', 'always', '--pids-limit', '50'),
  );
  await soon(async () => (await limits(web).catch(() => undefined))?.life.restarts).toBe(1);
  const read = await limits(web);
  expect(read).toMatchObject({
    life: { restarts: 1, previous_oom_killed: true, previous_end: expect.stringMatching(/^20\d\d-/) },
    configured: { memory_limit_bytes: 32 * MIB, limit_cpus: null, pids_limit: 50 },
    memory: { oom_kills: 0 },
  });
  const { stderr } = await dbg(['limits', web]);
  expect(stderr).toMatch(
    /^dbg: restarted 1 time; its previous run ended \d+ \w+ ago, out of memory; kills, limit hits and throttling/m,
  );
  expect(stderr).not.toContain('is not the one that the engine set');
  await lab.docker('update', '--pids-limit', '60', web);
  expect((await dbg(['limits', web])).stderr).not.toContain('is not the one that the engine set');
  const path = /^\d+:(?:.*pids.*)?:(.*)$/m.exec(readFileSync(`/proc/${read.pid}/cgroup`, 'utf8'))![1]!;
  const file = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].map((top) => `${top}${path}/pids.max`).find(existsSync);
  writeFileSync(file!, '40');
  expect((await dbg(['limits', web])).stderr).toContain(
    'the limit on pids in force is not the one that the engine set (60), which the next start sets again',
  );
});

test('--all: every container that runs, a line each', async ({ lab }) => {
  const full = 'dd if=/dev/zero of=/small/x bs=1k count=1000; exec sleep 3600';
  const web = await lab.run('web', shell(full, '-m', '64m', '--tmpfs', '/small:size=1m'));
  const paused = await lab.run('paused');
  await lab.docker('pause', paused);
  const lines = async () => String((await dbg(['limits', '--all'])).stdout);
  await soon(lines).toMatch(new RegExp(`^${web} +[\\d.]+MiB \\d+\\.\\d% +[\\d.]+ CPUs +1 +fs /small 97\\.7%`, 'm'));
  expect(await lines()).toMatch(new RegExp(`^${paused} .* paused`, 'm'));
  const all = JSON.parse(String((await dbg(['limits', '--all', '--json'])).stdout));
  expect(all.find((each: { container: string }) => each.container === web)).toMatchObject({
    memory: { limit_bytes: 64 * MIB },
    life: { restarts: 0 },
  });
  expect(all.find((each: { container: string }) => each.container === paused)).toMatchObject({ paused: true });
  expect((await dbg(['limits', '--all', web])).exitCode).toBe(2);
});

test('by PID, for nobody, who may ask neither the engine nor sudo', async ({ lab }) => {
  const web = await lab.run('web', { options: ['-m', '64m'] });
  const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
  const args = ['limits', '--pid', String(await lab.pid(web)), '--json'];
  const { stdout, stderr, exitCode } = await execa('/usr/bin/setpriv', [...nobody, process.execPath, DBG, ...args]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ container: null, memory: { limit_bytes: 64 * MIB } });
  expect(JSON.parse(stdout)).not.toHaveProperty('file_systems');
  expect(stderr).toBe("dbg: only root may see the container's open files and file systems:  sudo dbg limits …");
});
