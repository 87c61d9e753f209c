import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, dbgRedirected } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { diskOfFiles } from './support/disk.ts';
import { lyingEngine } from './support/lying-engine.ts';
import { person } from './support/person.ts';
import { type EngineStats, engineStats, followed, linesOf, usageOf } from './support/usage.ts';

const shell = (script: string, ...options: readonly string[]) => ({ command: ['sh', '-c', script], options });
const MIB = 1 << 20;

/** Bytes of block devices, one way, as docker adds them up. */
const ioBytes = ({ blkio_stats }: EngineStats, op: string) =>
  (blkio_stats.io_service_bytes_recursive ?? [])
    .filter((entry) => entry.op.toLowerCase() === op)
    .reduce((sum, { value }) => sum + value, 0);
const netBytes = ({ networks = {} }: EngineStats, way: 'rx_bytes' | 'tx_bytes') =>
  Object.values(networks).reduce((sum, each) => sum + each[way], 0);

describe('the same counters as the engine', () => {
  test('a container that works: what dbg reads lies between what the engine read before and after', async ({ lab }) => {
    const web = await lab.run('web');
    const address = await lab.address(web);
    // It uses the CPU, writes past the cache, and sends and receives.
    const script = `while :; do dd if=/dev/zero of=/x bs=64k count=4 oflag=direct 2>/dev/null; ping -c1 -s 900 ${address} >/dev/null; done`;
    // A newer kernel (seen with 6.18) counts block I/O for cgroup v1 only once the disk has had a
    // limit since the machine started (blk_throtl_activated in block/blk-throttle.h).
    const busy = await lab.run('busy', shell(script, '-m', '64m', '--device-read-bps', `${diskOfFiles().device}:1gb`));
    await expect.poll(async () => ioBytes(await engineStats(busy), 'write')).toBeGreaterThan(0);
    const before = await engineStats(busy);
    const [row] = await usageOf(busy);
    const after = await engineStats(busy);
    const between = (value: number | undefined, of: (stats: EngineStats) => number) => {
      expect(value).toBeGreaterThanOrEqual(of(before));
      expect(value).toBeLessThanOrEqual(of(after));
    };
    between(row!.cpu!.used_usec, ({ cpu_stats }) => Math.round(cpu_stats.cpu_usage.total_usage / 1000));
    between(row!.network!.rx_bytes, (stats) => netBytes(stats, 'rx_bytes'));
    between(row!.network!.tx_bytes, (stats) => netBytes(stats, 'tx_bytes'));
    between(row!.io!.read_bytes, (stats) => ioBytes(stats, 'read'));
    between(row!.io!.written_bytes, (stats) => ioBytes(stats, 'write'));
    expect(row!.memory!.limit_bytes).toBe(before.memory_stats.limit);
    expect(row!.network!.rx_bytes).toBeGreaterThan(900);
    expect(row!.io!.written_bytes).toBeGreaterThan(65_536);
  });

  test('a container that is still: the texts of docker stats, letter by letter', async ({ lab }) => {
    const cached = 'head -c 3000000 /dev/zero >/x; cat /x /x >/dev/null; exec sleep 3600';
    const limited = await lab.run('limited', shell(cached, '-m', '64m', '--network', 'none'));
    const free = await lab.run('free', shell(cached, '--network', 'none'));
    const off = lab.name('off');
    await lab.docker('create', '--name', off, 'busybox', 'true');
    lab.cleanUp(async () => lab.docker('rm', '-f', off));
    await expect.poll(() => lab.docker('top', free)).toContain('sleep 3600');
    await expect.poll(() => lab.docker('top', limited)).toContain('sleep 3600');
    const names = [limited, free, off];
    const template =
      '{{.Container}} {{.ID}} {{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.MemPerc}} {{.NetIO}} {{.BlockIO}} {{.PIDs}}';
    const sorted = (text: unknown) => String(text).split('\n').filter(Boolean).toSorted();
    // With cgroup v1 the kernel takes memory from a cgroup in lots, and gives back what is left of
    // one when it likes. Once it has, the two read the same.
    const isSame = (...args: readonly string[]) =>
      expect
        .poll(async () => ({ dbg: sorted((await dbg(args)).stdout), docker: sorted(await lab.docker(...args)) }))
        .toSatisfy(({ dbg: own, docker }) => own.length > 0 && own.join('\n') === docker.join('\n'));
    for (const format of [template, `table ${template.replaceAll(' ', '\\t')}`, 'json', '{{json .Name}}', 'table']) {
      await isSame('stats', '--no-stream', '--format', format, ...names);
    }
    await isSame('stats', '--no-stream', '--no-trunc', '--format', '{{.ID}} {{.MemUsage}}', free);
    const [row] = await usageOf(limited);
    expect(row!.memory!.cache_bytes).toBeGreaterThan(2_900_000);
  });

  test('the network of another container is counted as the engine counts it; the host’s is not its own', async ({
    lab,
  }) => {
    const web = await lab.run('web');
    const sidecar = await lab.run('sidecar', { options: ['--network', `container:${web}`] });
    const onHost = await lab.run('host', { options: ['--network', 'host'] });
    await lab.docker('exec', web, 'ping', '-c', '2', '-s', '500', await lab.address(web));
    const rows = new Map((await usageOf(`${web},${sidecar},${onHost}`)).map((row) => [row.container, row]));
    expect(rows.get(sidecar)!.network!.rx_bytes).toBe(rows.get(web)!.network!.rx_bytes);
    expect(rows.get(onHost)!.network).toBeUndefined();
  });
});

describe('what a container meets', () => {
  test('its limits, its open files, and that it is throttled', async ({ lab }) => {
    const open = 'for i in 3 4 5 6 7 8 9; do eval "exec $i</dev/null"; done; while :; do :; done';
    const busy = await lab.run('busy', shell(open, '--cpus', '0.1', '--pids-limit', '40', '--ulimit', 'nofile=77:99'));
    await expect
      .poll(async () => (await usageOf(busy))[0], { timeout: 120_000 })
      .toMatchObject({
        cpu: { throttled_percent: expect.any(Number), limit_cpus: 0.1 },
        pids: { used: 1, limit: 40 },
        open_files: { used: 10, limit: 77, pid: await lab.pid(busy) },
      });
    const { lines } = followed(lab, [busy]);
    await expect.poll(() => lines.filter(({ cpu }) => (cpu?.throttled_percent ?? 0) > 0).length).toBeGreaterThan(2);
  });

  test('a kill for want of memory, as the cgroup counts it', async ({ lab }) => {
    const web = await lab.run('web', shell('tail /dev/zero; exec sleep 3600', '-m', '16m', '--memory-swap', '16m'));
    await expect.poll(async () => (await usageOf(web))[0]?.memory?.oom_kills).toBe(1);
  });

  test('it is paused and let go on, which the kernel shows; restarts; ends', async ({ lab }) => {
    const web = await lab.run('web');
    const { lines } = followed(lab, [web]);
    const last = () => lines.at(-1);
    await expect.poll(last).toMatchObject({ state: 'running', pid: await lab.pid(web), restarts: 0 });
    await lab.docker('pause', web);
    await expect.poll(last).toMatchObject({ state: 'paused' });
    await lab.docker('unpause', web);
    await expect.poll(last).toMatchObject({ state: 'running' });
    const before = await lab.pid(web);
    await lab.docker('restart', '-t', '0', web);
    await expect.poll(last).toMatchObject({ state: 'running', pid: await lab.pid(web) });
    expect(await lab.pid(web)).not.toBe(before);
    await lab.docker('rename', web, lab.name('renamed'));
    await expect.poll(last).toMatchObject({ container: lab.name('renamed') });
    await lab.docker('rename', lab.name('renamed'), web);
    await lab.docker('kill', web);
    // A container that was named has a row whether it runs or not.
    await expect.poll(last).toMatchObject({ state: 'exited', pid: null });
    expect(last()).not.toHaveProperty('memory');
  });
});

test('the shares of the CPU of each second make up what the cgroup counts', async ({ lab }) => {
  const web = await lab.run('web', shell('while :; do :; done', '--cpus', '0.3'));
  const { lines } = followed(lab, [web]);
  await expect.poll(() => lines.length).toBeGreaterThan(6);
  for (const [at, now] of lines.entries()) {
    const before = lines[at - 1];
    if (before === undefined) continue;
    const grown = (now.cpu!.used_usec - before.cpu!.used_usec) / 1e6;
    expect((now.cpu!.percent! / 100) * now.interval_seconds!).toBeCloseTo(grown, 3);
  }
});

test('containers that come and go, ten a second: each row is one that is there, and nothing of dbg is left open', async ({
  lab,
}) => {
  const label = lab.name('l');
  const stays = await lab.run('stays', { options: ['--label', label] });
  const { lines, running } = followed(lab, ['--label', label]);
  await expect.poll(() => lines.length).toBeGreaterThan(1);
  const openBefore = readFileSync(`/proc/${running.pid}/limits`) && (await openFiles(running.pid!));
  const run = (at: number) =>
    lab.docker('run', '--rm', '--network', 'none', '--label', label, '--name', lab.name(`g${at}`), 'busybox', 'true');
  for (let at = 0; at < 40; at += 4) await Promise.all([at, at + 1, at + 2, at + 3].map(run));
  const late = await lab.run('late', { options: ['--label', label] });
  const newest = () => lines.slice(-2).map(({ container }) => container);
  await expect.poll(() => newest().toSorted()).toEqual([late, stays].toSorted());
  await lab.docker('rm', '-f', late);
  await expect.poll(newest).toEqual([stays, stays]);
  await expect.poll(() => openFiles(running.pid!)).toBe(openBefore);
  expect(running.exitCode ?? 'goes on').toBe('goes on');
});

const openFiles = async (pid: number) => (await execa('ls', [`/proc/${pid}/fd`])).stdout.split('\n').length;

test('sixty containers: those of docker stats, with their processes', async ({ lab }) => {
  const label = lab.name('l');
  const names = Array.from({ length: 60 }, (_, at) => String(at));
  for (let at = 0; at < names.length; at += 6) {
    const options = ['--label', label, '--network', 'none'];
    await Promise.all(names.slice(at, at + 6).map((name) => lab.run(name, { options })));
  }
  const rows = await usageOf('--label', label);
  const expected = names.map((name) => lab.name(name)).toSorted();
  expect(rows.map(({ container }) => container).toSorted()).toEqual(expected);
  expect(rows.every(({ pids }) => pids?.used === 1)).toBe(true);
  const { stdout } = await dbg(['stats', '--no-stream', '--label', label, '--format', '{{.Name}} {{.PIDs}}']);
  const docker = await lab.docker('stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}', ...expected);
  expect(String(stdout).split('\n').toSorted()).toEqual(docker.split('\n').toSorted());
}, 600_000);

describe('without a terminal', () => {
  test('a table, again and again, until the reader leaves', async ({ lab }) => {
    const web = await lab.run('web');
    const { stdout, exitCode } = await dbgRedirected(['top', web], '| head -n 4');
    const line = '[^\\n]*';
    expect(stdout).toMatch(new RegExp(`^CONTAINER ${line} RESTARTS\n${web} ${line}\n\nCONTAINER ${line} RESTARTS$`));
    expect(exitCode).toBe(0);
  });

  test('names that fit nothing, names beside options that select, and a bad template', async ({ lab }) => {
    const web = await lab.run('web');
    const said = async (...args: readonly string[]) => {
      const { exitCode, stderr, stdout } = await dbg(args);
      expect(stdout).toBe('');
      return [exitCode, String(stderr)];
    };
    expect(await said('top', 'no-such-container')).toEqual([125, expect.stringContaining('there is no container')]);
    expect(await said('top', web, '--project', 'x')).toEqual([2, expect.stringContaining('not both')]);
    expect(await said('top', '--label', 'no-such-label')).toEqual([125, expect.stringContaining('no container has')]);
    expect(await said('stats', '--format', '{{.Nmae}}')).toEqual([2, expect.stringContaining('.Name')]);
    expect(await said('stats', '--json', '--format', 'json')).toEqual([2, expect.stringContaining('--format')]);
  });

  test('an engine whose processes are not on this host', async ({ lab }) => {
    const web = await lab.run('web');
    // In a pid namespace of its own, dbg does not see the container's process.
    const argv = [
      'unshare',
      '--pid',
      '--fork',
      '--mount-proc',
      process.execPath,
      'bin/dbg.js',
      'top',
      '--no-stream',
      web,
    ];
    const { exitCode, stderr } = await execa(argv[0]!, argv.slice(1), { reject: false });
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining('the engine says that')]);
  });
});

test('who is not root sees all but open files', async ({ lab }) => {
  const web = await lab.run('web');
  const ann = await person(lab, { mayUseSudo: false });
  // The engine by TCP, where it lets in everybody.
  const { env } = await lyingEngine(lab, { about: [], change: (honest) => honest }, 'tcp');
  const [file, ...args] = ann.dbg('-H', env.DOCKER_HOST, 'top', '--no-stream', '--json', web);
  const { stdout, stderr } = await execa(file!, args, { reject: false });
  const [row] = linesOf(stdout);
  expect(row, stderr).toMatchObject({
    container: web,
    memory: { limit_bytes: null },
    network: { rx_bytes: expect.any(Number) },
    pids: { used: 1 },
  });
  expect(row).not.toHaveProperty('open_files');
  expect(row!.memory!.used_bytes).toBeLessThan(64 * MIB);
});
