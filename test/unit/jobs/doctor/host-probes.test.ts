import { expect, test } from 'vitest';
import { kernelOf } from '../../../../src/host/kernel.ts';
import { confinementOf, kernelInterfaces, ownRights, toolsSeen } from '../../../../src/jobs/doctor/host-probes.ts';
import { fakeContext, fakeHost } from '../../fakes.ts';

const RELEASE = { '/proc/sys/kernel/osrelease': '6.1.0\n' };
const NFNETLINK_LOADABLE = { ...RELEASE, '/lib/modules/6.1.0/modules.dep': 'kernel/net/netfilter/nfnetlink.ko:\n' };

/** The programs that are run to tell their versions. */
async function asked(files: Readonly<Record<string, string>>, missing: readonly string[] = []) {
  const ran: string[] = [];
  const host = {
    ...fakeHost({ files, missing }),
    output: async (argv: readonly string[]) => (ran.push(argv[5]!), argv[5]!),
  };
  const seen = await toolsSeen(fakeContext({ host }), await kernelOf(host));
  return { ran, seen };
}

test('each tool is asked, but for those that are missing', async () => {
  const { ran, seen } = await asked(RELEASE, ['tcpflow']);
  expect(ran).toContain('nft');
  expect(ran).not.toContain('tcpflow');
  expect(seen.get('nsenter')).toEqual({ found: { kind: 'found', path: 'nsenter' }, said: 'nsenter' });
  expect(seen.get('docker')?.said).toBeUndefined();
});

test('on a host that is busy, a tool has more time', async () => {
  const limits = new Set<string>();
  const host = { ...fakeHost({ files: RELEASE }), output: async ([, , , , limit = '']) => (limits.add(limit), '') };
  for (const slow of [undefined, 2.54]) await toolsSeen(fakeContext({ host }), await kernelOf(host), slow);
  expect([...limits]).toEqual(['1.0', '2.5']);
});

test('nft is not asked where that would load a module of the kernel', async () => {
  const { ran, seen } = await asked(NFNETLINK_LOADABLE);
  expect(ran).not.toContain('nft');
  expect(seen.get('nft')).toEqual({ found: { kind: 'found', path: 'nft' }, said: undefined });
  const loaded = { ...NFNETLINK_LOADABLE, '/proc/modules': 'nfnetlink 20480 2 nf_tables, Live 0x0\n' };
  expect((await asked(loaded)).ran).toContain('nft');
});

test("dbg's own rights: in force for root, to be had for others", () => {
  const files = { '/proc/self/status': 'Uid:\t0\t0\t0\t0\nCapEff:\t3\nCapBnd:\t7\nNoNewPrivs:\t1\nSeccomp:\t2\n' };
  const rights = (isRoot: boolean) => ownRights(fakeContext({ host: fakeHost({ isRoot, files }) }));
  expect(rights(true)).toMatchObject({ capabilities: [0, 1], noNewPrivileges: true, hasSeccompFilter: true });
  expect(rights(false)).toMatchObject({ isRoot: false, capabilities: [0, 1, 2] });
});

test('the line for root leads to the same engine', () => {
  const line = (env: Record<string, string>, files: Record<string, string> = {}) =>
    ownRights(fakeContext({ env, host: fakeHost({ isRoot: false, files }) })).lineAsRoot;
  expect(line({ HOME: '/home/ann' })).toBe('sudo dbg doctor');
  expect(line({ HOME: '/home/ann', DOCKER_HOST: 'unix:///my engine.sock' })).toBe(
    "sudo 'DOCKER_HOST=unix:///my engine.sock' dbg doctor",
  );
  expect(line({ HOME: '/home/ann' }, { '/home/ann/.docker/config.json': '{}' })).toBe(
    'sudo DOCKER_CONFIG=/home/ann/.docker dbg doctor',
  );
});

test('what shows of the kernel by itself', () => {
  const host = fakeHost({
    files: {
      '/proc/self/ns/net': '',
      '/proc/self/ns/pid': '',
      '/proc/self/ns/pid_for_children': '',
      '/proc/net/packet': '',
      '/proc/77/task/77/children': '',
      '/proc/self/mountinfo':
        '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n31 30 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu\n',
    },
    links: { '/proc/self': '77' },
  });
  expect(kernelInterfaces(fakeContext({ host }))).toEqual({
    namespaces: ['net', 'pid'],
    hasPacketSockets: true,
    hasPressure: false,
    hasChildren: true,
    cgroups: { v1: ['/cg/cpu'], v2: ['/sys/fs/cgroup'] },
  });
});

test('security modules', () => {
  const files = {
    '/sys/module/apparmor/parameters/enabled': 'Y\n',
    '/sys/kernel/security/apparmor/profiles':
      'docker-default (enforce)\n/usr/bin/tcpdump (enforce)\nnsenter (complain)\n',
    '/sys/fs/selinux/enforce': '0',
    '/proc/sys/kernel/yama/ptrace_scope': '2\n',
  };
  expect(confinementOf(fakeContext({ host: fakeHost({ files }) }))).toEqual({
    appArmor: { profiles: ['/usr/bin/tcpdump (enforce)', 'nsenter (complain)'] },
    seLinux: 'permissive',
    ptraceScope: 2,
  });
  expect(confinementOf(fakeContext({ host: fakeHost({ files: {} }) }))).toEqual({
    appArmor: undefined,
    seLinux: undefined,
    ptraceScope: undefined,
  });
});
