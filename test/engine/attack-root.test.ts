import { readlinkSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect, vi } from 'vitest';
import { dbgRedirected, sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { startLooker, type Looker } from './support/looker.ts';

/** How often each way in is taken, beside once by dbg itself. By hand, 200: DBG_ENTRIES=200. */
const ENTRIES = Number(process.env['DBG_ENTRIES'] ?? 20);

/** Enters by dbg, and then so often, two at a time, by the line that it says it would run. Gives the exit codes that were seen. */
async function enterOften([verb = '', ...before]: readonly string[], { name }: Looker, after: readonly string[]) {
  const redirected = (args: readonly string[]) => dbgRedirected([verb, ...args, name, ...after], '<package.json');
  const { exitCode } = await redirected(before);
  if (exitCode !== 0) return [exitCode];
  const line = String((await redirected(['--dry-run', ...before])).stdout);
  const loop = `for i in $(seq ${ENTRIES / 2}); do ${line} <package.json >/dev/null; echo $?; done`;
  const loops = await Promise.all([1, 2].map(() => execa('bash', ['-c', loop])));
  const codes = loops.flatMap(({ stdout }) => stdout.split('\n').map(Number));
  expect(codes).toHaveLength(ENTRIES);
  return [...new Set(codes)];
}

const ENTERED = 0;
const REFUSED = 125;
type Way = readonly [before: readonly string[], after: readonly string[], code: number];
const exec = (options: readonly string[], code = ENTERED): Way => [['exec', ...options], ['true'], code];
const WITH_ITS_FILES: readonly Way[] = [
  exec(['--all']),
  exec(['--all', '-u', '0']),
  exec(['--all', '-u', '1000']),
  exec(['--all', '--full-rights']),
  exec(['--all', '--no-cgroup']),
  exec(['--ns', 'mnt']),
  exec(['--ns', 'mnt,pid']),
  exec(['--ns', 'net,mnt,pid', '--full-rights']),
  exec(['--ns', 'net,uts,ipc,mnt,pid,user,cgroup']),
  [['shell', '--all'], ['--', 'true'], ENTERED],
  [['strace'], ['-o', '/dev/null', '--', 'true'], ENTERED],
];
const WITH_THE_HOSTS_FILES: readonly Way[] = [
  exec(['--ns', 'pid']),
  exec(['--ns', 'net,pid']),
  exec(['--ns', 'pid,cgroup']),
];
const LESS_THAN_ROOT: readonly Way[] = [
  exec(['--ns', 'net,pid', '--caps', 'container'], REFUSED),
  exec(['--ns', 'net,pid', '--user', 'container'], REFUSED),
  exec(['--ns', 'pid', '--user', '0'], REFUSED),
  exec(['--ns', 'pid', '--user', '1000:1000'], REFUSED),
  [['tcpdump', '--ns', 'net,pid', '--user', '1000'], ['-D'], REFUSED],
];
const refused = (ways: readonly Way[]): Way[] => ways.map(([before, after]) => [before, after, REFUSED]);

async function takesNothing(looker: Looker, ways: readonly Way[]): Promise<void> {
  const expected = ways.map(([before, , code]) => [before.join(' '), [code]]);
  const seen: unknown[] = [];
  for (const [before, after] of ways) seen.push([before.join(' '), await enterOften(before, looker, after)]);
  expect({ hits: await looker.hits(), seen }).toEqual({ hits: '', seen: expected });
}

// With DBG_ENTRIES=200, a quarter of an hour.
vi.setConfig({ testTimeout: 3_600_000 });

describe("a container that looks for the host's files in its /proc finds none", () => {
  test('the looker finds what is there to be found', async ({ lab }) => {
    const top = process.cwd();
    const looker = await startLooker(lab, 'c', { options: ['-v', `${top}:/top:ro`, '-v', '/etc:/top2/etc:ro'] });
    const inside = (script: string) => lab.docker('exec', '-d', looker.name, 'sh', '-c', script);
    await inside('cd /top && exec sleep 3600 </mark');
    await inside('cp -r /bin /top2 2>/dev/null; exec chroot /top2 /bin/sleep 3600');
    for (const kind of ['cwd', 'file']) while (!(await looker.hits()).includes(`${kind} /proc/`)) await sleep(50);
  });

  test('with no more rights than docker gives', async ({ lab }) => {
    const looker = await startLooker(lab, 'c');
    await takesNothing(looker, [...WITH_ITS_FILES, ...WITH_THE_HOSTS_FILES, ...LESS_THAN_ROOT]);
  });

  test('with SYS_PTRACE', async ({ lab }) => {
    const looker = await startLooker(lab, 'c', { options: ['--cap-add', 'SYS_PTRACE'] });
    await takesNothing(looker, [...WITH_ITS_FILES, ...refused(WITH_THE_HOSTS_FILES), ...LESS_THAN_ROOT]);
  });

  test('beside one with SYS_PTRACE, in its pid namespace', async ({ lab }) => {
    const beside = (name: string) => lab.run('beside', { options: ['--pid', `container:${name}`] });
    const { hits } = await startLooker(lab, 'c', { options: ['--cap-add', 'SYS_PTRACE'] }, beside);
    await takesNothing({ name: lab.name('beside'), hits }, [
      ...WITH_ITS_FILES,
      ...refused(WITH_THE_HOSTS_FILES),
      ...LESS_THAN_ROOT,
    ]);
  });

  test("in the host's pid namespace", async ({ lab }) => {
    const looker = await startLooker(lab, 'c', { options: ['--pid', 'host'] });
    await takesNothing(looker, [
      ...WITH_ITS_FILES,
      exec([]),
      ...LESS_THAN_ROOT,
      exec(['--user', 'container'], REFUSED),
      exec(['--caps', 'container'], REFUSED),
    ]);
  });

  test('in a user namespace of its own', async ({ lab }) => {
    const options = ['--user', '101000:101000', '--security-opt', 'seccomp=unconfined'];
    const name = await lab.run('c', { options, command: ['unshare', '-U', 'sleep', '3600'] });
    const pid = await lab.pid(name);
    while (readlinkSync(`/proc/${pid}/ns/user`) === readlinkSync('/proc/self/ns/user')) await sleep(10);
    for (const kind of ['uid', 'gid']) writeFileSync(`/proc/${pid}/${kind}_map`, '0 100000 65536');
    const beside = await startLooker(lab, 'looker', { options: ['--pid', `container:${name}`, '--user', '101000'] });
    await takesNothing({ name, hits: beside.hits }, [
      exec(['--all']),
      exec(['--all', '-u', '0']),
      exec(['--all', '--full-rights']),
      exec(['--ns', 'pid,user'], REFUSED),
      exec(['--ns', 'mnt,pid'], REFUSED),
      exec(['--ns', 'net,pid', '--caps', 'container'], REFUSED),
    ]);
  });
});
