import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { test } from './support/lab.ts';

interface Namespace {
  readonly type: string;
  readonly inode: number;
  readonly host: boolean;
  readonly containers: { id: string; name: string | null }[];
  readonly processes: { pid: number; command: string }[];
}

async function namespaces(...args: readonly string[]) {
  const { stdout, stderr, exitCode } = await dbg(['ns', ...args, '--json']);
  expect(exitCode, String(stderr)).toBe(0);
  const answer = JSON.parse(stdout as string) as { container: string | null; pid: number; namespaces: Namespace[] };
  return { ...answer, of: (type: string) => answer.namespaces.find((namespace) => namespace.type === type)! };
}

const inodeOf = async (pid: number, type: string) =>
  Number((await execa('stat', ['-Lc', '%i', `/proc/${pid}/ns/${type}`])).stdout);

test('inodes as the kernel has them, and which are the host’s', async ({ lab }) => {
  const web = await lab.run('web', { options: ['--uts', 'host', '--pid', 'host'] });
  const pid = await lab.pid(web);
  const answer = await namespaces(web);
  expect(answer).toMatchObject({ container: web, pid });
  expect(answer.namespaces.length).toBeGreaterThanOrEqual(7);
  for (const { type, inode, host } of answer.namespaces) {
    expect(inode).toBe(await inodeOf(pid, type));
    expect(host, type).toBe(inode === (await inodeOf(process.pid, type)));
  }
  expect([answer.of('uts').host, answer.of('pid').host, answer.of('net').host]).toEqual([true, true, false]);
  expect(answer.of('uts').processes).toContainEqual({ pid: process.pid, command: expect.any(String) });
  expect(answer.of('uts').processes.map((each) => each.pid)).not.toContain(pid);
});

test('other containers that share: --ipc and --network container:X', async ({ lab }) => {
  const web = await lab.run('web', { options: ['--ipc', 'shareable'] });
  const side = await lab.run('side', { options: ['--ipc', `container:${web}`, '--network', `container:${web}`] });
  const third = await lab.run('third', { options: ['--ipc', `container:${web}`] });
  const names = (namespace: Namespace) =>
    namespace.containers.map(({ name }) => name ?? '').toSorted((one, other) => one.localeCompare(other));
  const answer = await namespaces(web);
  expect(names(answer.of('ipc'))).toEqual([side, third]);
  expect(names(answer.of('net'))).toEqual([side]);
  expect(names(answer.of('mnt'))).toEqual([]);
  expect(names((await namespaces(side)).of('net'))).toEqual([web]);
});

test('a process of the host that somebody put in there', async ({ lab }) => {
  const web = await lab.run('web');
  const guest = execa('nsenter', ['--target', String(await lab.pid(web)), '--net', 'sleep', '60'], { reject: false });
  lab.cleanUp(async () => guest.kill());
  await expect
    .poll(async () => (await namespaces(web)).of('net').processes)
    .toEqual([{ pid: guest.pid, command: 'sleep' }]);
  const { stdout } = await dbg(['ns', web]);
  expect(stdout).toMatch(/^NAMESPACE {2}INODE +HOST'S {2}ALSO CONTAINERS +ALSO PROCESSES\n/);
  expect(stdout).toMatch(new RegExp(`^net +\\d+ +no +- +${guest.pid} \\(sleep\\)$`, 'm'));
  expect(stdout).toMatch(/^user +\d+ +yes +.*\d+$/m);
});

test('by the PID of any of its processes, a container without a name', async ({ lab }) => {
  const web = await lab.run('web');
  const pid = await lab.pid(web);
  const answer = await namespaces('--pid', String(pid));
  expect(answer).toMatchObject({ container: null, pid, id: await lab.docker('inspect', '-f', '{{.Id}}', web) });
  expect(answer.of('net').inode).toBe(await inodeOf(pid, 'net'));
});

test.each([
  [['--pid', '1'], 125, /^dbg: process 1 is in no container/],
  [['--pid', '4194300'], 125, /^dbg: there is no process 4194300 on this host\n {5}see what runs: {2}ps -e$/],
  [['--pid', 'x'], 2, /^dbg: --pid x: not the number of a process/],
  [['--pid', '1', 'web'], 2, /^dbg: "web" and --pid 1: name the container or one of its processes, not both/],
  [[], 2, /^dbg: which container\?/],
])('refused: ns %j', async (args, code, message) => {
  const { exitCode, stderr, stdout } = await dbg(['ns', ...args]);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(code);
  expect(stdout).toBe('');
});
