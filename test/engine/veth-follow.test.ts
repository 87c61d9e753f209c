import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { dbg, firstLine, says } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { ALONE, cutGuards, makesCuts } from './support/cuts.ts';
import { does } from './support/veth.ts';

makesCuts();

// A cut is in force when the kernel says so: it follows its device and its container, or dbg says that it does not.

interface Row {
  readonly interface: string;
  readonly host_device: string;
  readonly peer_ifindex: number;
  readonly cut: string | null;
}
interface Status {
  readonly container: string;
  readonly device: string;
  readonly in_force: boolean;
}

const rows = async (name: string) => JSON.parse(await does(name, '--json')) as Row[];
const cutsOf = async (name: string) => (await rows(name)).map((row) => `${row.interface} ${row.cut}`).toSorted();
const statusOf = async (name: string) =>
  (JSON.parse(await does('--status', '--json')) as Status[]).filter(({ container }) => container === name);
const start = (...args: readonly string[]) => dbg(['veth', ...args]);
const tables = async () => (await execa('nft', ['list', 'tables', 'netdev'])).stdout;
const watchers = async (lab: Lab, name: string) => {
  const id = await lab.docker('inspect', '-f', '{{.Id}}', name);
  return (await execa('pgrep', ['-f', `dbg-cut .*${id}`], { reject: false })).stdout;
};

async function rename(device: string, to: string): Promise<void> {
  for (const words of [['down'], ['name', to]]) await execa('ip', ['link', 'set', 'dev', device, ...words]);
  await execa('ip', ['link', 'set', 'dev', to, 'up']);
}

/** Two containers on a network of their own; whether a packet of the first reaches the second. */
async function two(lab: Lab) {
  const network = await lab.network('n');
  const run = (suffix: string) => lab.run(suffix, { options: ['--network', network] });
  const [web, db] = [await run('web'), await run('db')];
  const address = await lab.address(db);
  const isThrough = async (from = web) =>
    (await execa('docker', ['exec', from, 'ping', '-c', '1', '-W', '1', address], { reject: false })).exitCode === 0;
  const isCut = () => expect.poll(() => isThrough(), { interval: 100 }).toBe(false);
  const isFree = (from = web) => expect.poll(() => isThrough(from), { interval: 100 }).toBe(true);
  return { network, web, db, run, isThrough, isCut, isFree };
}

describe('its device', () => {
  test.for([['--for', '1h'], []] as const)(
    'is renamed, and all rules of the host are flushed: %j',
    ALONE,
    async (time, { lab }) => {
      const { web, isCut, isFree, isThrough } = await two(lab);
      const running = start(web, '--blackhole', ...time);
      if (time.length > 0) await firstLine(running);
      else await running;
      expect(await isThrough()).toBe(false);
      const device = (await rows(web))[0]!.host_device;
      const to = `n${device.slice(4)}`;
      const said =
        time.length > 0 ? says(running, 'had lost its rules, or its device was renamed; it is cut again') : undefined;
      await rename(device, to);
      await said;
      await expect.poll(() => statusOf(web)).toEqual([expect.objectContaining({ device: to, in_force: true })]);
      await isCut();
      await execa('nft', ['flush', 'ruleset', 'netdev']);
      await expect.poll(() => statusOf(web)).toEqual([expect.objectContaining({ in_force: true })]);
      await isCut();
      if (time.length > 0) running.kill('SIGINT');
      else await does(web, '--up');
      await isFree();
      expect(await cutsOf(web)).toEqual(['eth0 null']);
      await expect.poll(() => watchers(lab, web)).toBe('');
    },
  );

  test('nobody looks after it any more: --status, veth and --all say what the kernel does', ALONE, async ({ lab }) => {
    const { web, isFree, isThrough } = await two(lab);
    await does(web, '--drop', '10.0.0.0/8');
    for (const pid of (await watchers(lab, web)).split('\n')) process.kill(Number(pid), 'SIGKILL');
    await execa('nft', ['flush', 'ruleset', 'netdev']);
    await isFree();
    expect(await statusOf(web)).toEqual([expect.objectContaining({ in_force: false })]);
    expect(await does('--status')).toContain('NOT IN FORCE');
    expect((await dbg(['veth', web])).stderr).toContain('is no longer cut');
    expect(await cutsOf(web)).toEqual(['eth0 null']);
    expect(await does('--all')).toContain('cut no more: drop:10.0.0.0/8');
    const { host_device: device } = (await rows(web))[0]!;
    // What there is of it: of its rules nothing any more.
    expect(await does('--restore-all')).toMatch(
      new RegExp(
        `^${web}/eth0 is back: ${device} \\(was drop:10.0.0.0/8, by \\S+\\)\n  removed the mark of ${device}$`,
        'm',
      ),
    );
    expect(await statusOf(web)).toEqual([]);
    expect(await isThrough()).toBe(true);
  });

  test('its dbg and its guard were killed: --restore-all brings it back', ALONE, async ({ lab }) => {
    const { web, isFree } = await two(lab);
    const running = start(web, '--blackhole', '--for', '8s');
    await firstLine(running);
    process.kill(running.pid!, 'SIGSTOP');
    for (const pid of await cutGuards(lab, web)) process.kill(pid, 'SIGKILL');
    process.kill(running.pid!, 'SIGKILL');
    await running;
    expect(await cutsOf(web)).toEqual(['eth0 blackhole']);
    await expect.poll(() => does('--status')).toContain('overdue: its guard was killed');
    expect(await does('--restore-all')).toContain(`${web}/eth0 is back`);
    await isFree();
  });

  test.for([true, false])(
    'goes, and the next one has its name: no table stays, nor is that one cut (watched: %s)',
    ALONE,
    async (isWatched, { lab }) => {
      const { web, run, isFree } = await two(lab);
      await does(web, '--blackhole');
      const { host_device: name, peer_ifindex: ifindex } = (await rows(web))[0]!;
      if (!isWatched) for (const pid of (await watchers(lab, web)).split('\n')) process.kill(Number(pid), 'SIGKILL');
      await lab.docker('rm', '-f', web);
      const next = await run('next');
      await rename((await rows(next))[0]!.host_device, name);
      await isFree(next);
      expect(await statusOf(next)).toEqual([]);
      if (isWatched) await expect.poll(tables).not.toContain(`dbg_${ifindex}`);
      else {
        const { stderr } = await dbg(['veth', '--status']);
        expect(stderr).toContain(`nft table netdev dbg_${ifindex}`);
        const [left, word] = [`nft table netdev dbg_${ifindex}`, 'whose device is gone'];
        expect(await does('--restore-all')).toMatch(new RegExp(`^removed ${left}: left over from cuts ${word}`, 'm'));
        expect(await tables()).not.toContain(`dbg_${ifindex}`);
      }
    },
  );

  test(
    'has a table, a queueing discipline and a mark, and another a link: --restore-all names each; then nothing is',
    ALONE,
    async ({ lab }) => {
      const { web, db, isFree } = await two(lab);
      await does(web, '--drop', db, '--rate', '8mbit');
      await does(db, '--down');
      const { host_device: device, peer_ifindex: ifindex } = (await rows(web))[0]!;
      const { host_device: other } = (await rows(db))[0]!;
      const inside = `in /proc/${await lab.pid(web)}/ns/net`;
      const entries = JSON.parse(await does('--restore-all', '--json')) as { device: string | null; done: string[] }[];
      const done = new Map(entries.map((entry) => [entry.device, entry.done]));
      expect([done.get(device), done.get('eth0'), done.get(other)]).toEqual([
        [
          `removed nft table netdev dbg_${ifindex}`,
          `removed queueing discipline dbb: of ${device}`,
          `removed the mark of ${device}`,
        ],
        [`removed queueing discipline dbb: of eth0 ${inside}`, `removed the mark of eth0 ${inside}`],
        [`set link ${other} up`, `removed the mark of ${other}`],
      ]);
      await isFree();
      expect(await does('--restore-all')).not.toContain(device);
    },
  );

  test(
    'holds a rate, and somebody writes over its mark, and nobody looks after it: --restore-all finds that',
    ALONE,
    async ({ lab }) => {
      const { web } = await two(lab);
      await does(web, '--rate', '8mbit', '--in');
      const { host_device: device } = (await rows(web))[0]!;
      for (const pid of (await watchers(lab, web)).split('\n')) process.kill(Number(pid), 'SIGKILL');
      await execa('ip', ['link', 'set', 'dev', device, 'alias', 'mine']);
      expect((await dbg(['veth', '--status'])).stderr).toContain(`queueing discipline dbb: of ${device}`);
      expect(await does('--restore-all')).toContain(
        `removed queueing discipline dbb: of ${device}: left over from cuts`,
      );
      expect((await execa('tc', ['qdisc', 'show', 'dev', device])).stdout).toContain('noqueue');
    },
  );

  test('is set up by somebody: that is said at once, and is no success', async ({ lab }) => {
    const { web, isFree } = await two(lab);
    const running = start(web, '--down', '--for', '1h');
    await firstLine(running);
    await execa('ip', ['link', 'set', 'dev', (await rows(web))[0]!.host_device, 'up']);
    expect(await running).toMatchObject({ exitCode: 125, stderr: expect.stringContaining('back before its time') });
    await isFree();
    expect(await cutsOf(web)).toEqual(['eth0 null']);
  });

  test('is cut anew while the one who looks after the cut before is at it: the new cut stays', async ({ lab }) => {
    const { web } = await two(lab);
    const at = (name: string) => join(lab.folder, name);
    const real = (await execa('sh', ['-c', 'command -v nft'])).stdout;
    // Once, before it asks for the table, it stands still.
    const script = `#!/bin/sh
      case $* in '-s list table '*) [ -e '${at('armed')}' ] && mkdir '${at('once')}' 2>/dev/null && { echo $$ >'${at('once/pid')}'; kill -STOP $$; } ;; esac
      exec ${real} "$@"`;
    writeFileSync(at('nft'), script, { mode: 0o755 });
    await dbg(['veth', web, '--blackhole'], { env: { PATH: `${lab.folder}:${process.env['PATH']}` } });
    const [watcher] = (await watchers(lab, web)).split('\n');
    writeFileSync(at('armed'), '');
    const still = () => Number(existsSync(at('once/pid')) && readFileSync(at('once/pid'), 'utf8'));
    await expect.poll(still).toBeGreaterThan(1);
    await does(web, '--drop', '10.0.0.0/8');
    process.kill(still(), 'SIGCONT');
    await expect.poll(() => existsSync(`/proc/${watcher}`)).toBe(false);
    expect(await cutsOf(web)).toEqual(['eth0 drop:10.0.0.0/8']);
    await does(web, '--up');
  });

  test('is brought back by another dbg: so is that', async ({ lab }) => {
    const { web } = await two(lab);
    const running = start(web, '--blackhole', '--for', '1h');
    await firstLine(running);
    await does(web, '--up');
    expect(await running).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining('was brought back meanwhile'),
    });
    await expect.poll(() => watchers(lab, web)).toBe('');
  });
});

describe('its container', () => {
  test.for(['--blackhole', '--down'])(
    'is connected anew, to another network too, and restarted: %s',
    async (way, { lab }) => {
      const { network, web, isCut, isFree } = await two(lab);
      const other = await lab.network('m');
      const running = start(web, way, '--for', '1h');
      await firstLine(running);
      let said = says(running, 'has a new');
      await lab.docker('network', 'disconnect', network, web);
      await lab.docker('network', 'connect', network, web);
      await said;
      await isCut();
      said = says(running, 'has a new');
      await lab.docker('network', 'connect', other, web);
      await said;
      const what = way.slice(2);
      expect((await cutsOf(web)).map((cut) => cut.split(' ')[1])).toEqual([what, what]);
      said = says(running, 'was restarted');
      await lab.docker('restart', '-t', '0', web);
      await said;
      await isCut();
      expect((await cutsOf(web)).map((cut) => cut.split(' ')[1])).toEqual([what, what]);
      running.kill('SIGTERM');
      expect((await running).exitCode).toBe(143);
      await isFree();
      expect((await cutsOf(web)).map((cut) => cut.split(' ')[1])).toEqual(['null', 'null']);
      await lab.docker('network', 'disconnect', other, web);
    },
  );

  test('one interface of it: another network is left alone', async ({ lab }) => {
    const { web } = await two(lab);
    const other = await lab.network('m');
    const running = start(web, '--blackhole', '--interface', 'eth0', '--for', '1h');
    await firstLine(running);
    await lab.docker('network', 'connect', other, web);
    expect(await cutsOf(web)).toEqual(['eth0 blackhole', 'eth1 null']);
    running.kill('SIGINT');
    expect((await running).stderr).not.toContain('has a new');
    await lab.docker('network', 'disconnect', other, web);
  });
});

test('--rate: both ends that send are told of, and brought back', async ({ lab }) => {
  const { web, isThrough } = await two(lab);
  await does(web, '--rate', '10mbit');
  expect(await isThrough()).toBe(true);
  expect((await statusOf(web)).map(({ in_force }) => in_force)).toEqual([true, true]);
  expect(await does(web, '--up')).toContain('is back online');
  expect(await statusOf(web)).toEqual([]);
});

test('what is cut is never a guess: a beginning of a name cuts nothing', async ({ lab }) => {
  const name = await lab.run('c-10');
  for (const ref of [name.slice(0, -1), name.slice(0, -3)]) {
    for (const args of [
      [ref, '--down'],
      [ref, '--up'],
      [name, '--drop', ref],
    ]) {
      expect((await dbg(['veth', ...args])).exitCode, args.join(' ')).toBe(125);
    }
    expect((await dbg(['strace', ref, '-c'])).exitCode).toBe(125);
  }
  expect(await cutsOf(name)).toEqual(['eth0 null']);
});
