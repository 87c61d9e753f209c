import { expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

/** A container, and the number that the host has for a process of it that is not its first. */
async function withSecond(lab: Lab) {
  const options = ['--hostname', 'by-pid'];
  const web = await lab.run('web', { options, command: ['sh', '-c', 'sleep 3599 & exec sleep 3600'] });
  const pidOf = async () => /^\s*(\d+).*sleep 3599$/m.exec(await lab.docker('top', web, '-o', 'pid,args'))?.[1];
  await expect.poll(pidOf).toBeDefined();
  return { web, pid: (await pidOf())! };
}

test.for<[string, (pid: string) => string[], string | RegExp]>([
  ['exec', (pid) => ['exec', '--pid', pid, 'hostname'], 'by-pid'],
  ['exec, the program behind --', (pid) => ['exec', `--pid=${pid}`, '--', 'hostname'], 'by-pid'],
  ['shell', (pid) => ['shell', '--pid', pid, '--', 'hostname'], 'by-pid'],
  ['cat', (pid) => ['cat', '--pid', pid, '/etc/hostname'], 'by-pid'],
  ['tcpdump', (pid) => ['tcpdump', '--pid', pid, '-D'], /eth0/],
  ['tcpflow', (pid) => ['tcpflow', '--dry-run', '--pid', pid, 'port', '80'], /nsenter --target \d+ .*port 80/s],
  ['strace', (pid) => ['strace', '--pid', pid, '-qq', '-e', 'trace=none', '--', 'hostname'], 'by-pid'],
  ['tcpflow, its own options', (pid) => ['tcpflow', '--dry-run', '--pid', pid, '-c', '-e', 'http'], / -c -e http/],
  ['veth', (pid) => ['veth', '--pid', pid], /eth0/],
  ['ps', (pid) => ['ps', '--pid', pid], /sleep 3600/],
  ['why', (pid) => ['why', '--pid', pid], /^nothing is broken in/],
])('the container that a process is in: %s', async ([, words, said], { lab }) => {
  const { pid } = await withSecond(lab);
  const { stdout, stderr, exitCode } = await dbg(words(pid));
  expect([exitCode, String(stderr)]).toEqual([0, expect.not.stringContaining('dbg: "')]);
  expect(String(stdout)).toMatch(said);
});

test('a process of no container, and a container named as well: errors, and nothing is run', async ({ lab }) => {
  const { web, pid } = await withSecond(lab);
  const hosts = await dbg(['exec', '--pid', '1', 'true']);
  expect([hosts.exitCode, hosts.stderr]).toEqual([125, expect.stringContaining('process 1 is in no container')]);
  for (const verb of ['veth', 'ps', 'env']) {
    const both = await dbg([verb, web, '--pid', pid]);
    expect([both.exitCode, both.stderr], verb).toEqual([2, expect.stringContaining('not both')]);
  }
  const late = await dbg(['exec', web, '--pid', pid, 'hostname']);
  expect([late.exitCode, late.stderr]).toEqual([2, expect.stringContaining(`dbg exec --pid ${pid} hostname`)]);
});

test.for(['strace', 'tcpflow', 'tcpdump'])(
  "%s: an option that is not dbg's, where the container belongs",
  async (verb) => {
    const { exitCode, stderr } = await dbg([verb, '--nonsense', 'web']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("unknown option '--nonsense'")]);
  },
);
