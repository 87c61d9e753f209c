import { expect, test } from 'vitest';
import type { DoctorFacts } from '../../../../src/why/doctor/doctor-facts.ts';
import { DOCTOR_PARTS } from '../../../../src/why/doctor/doctor-parts.ts';
import { examineParts } from '../../../../src/why/doctor/examine-parts.ts';
import { isOlder } from '../../../../src/why/doctor/tool-parts.ts';
import { type Facts, unknown } from '../../../../src/why/fact.ts';
import type { Marked } from '../../../../src/network/cut/marked.ts';
import { link } from '../../fakes.ts';
import { examined, tool, tools, WELL } from './doctor-fixtures.ts';

test('on a well host every part is good', () => {
  expect(examined().filter(({ state }) => state !== 'good')).toEqual([]);
});

const { rights, kernel, interfaces, confinement, engine } = WELL;
const without = <T>(map: ReadonlyMap<string, T>, ...names: readonly string[]) =>
  new Map([...map].filter(([name]) => !names.includes(name)));
const missing = (name: string) => tools({ [name]: { found: { kind: 'missing', path: name }, said: '' } });
const fewer = (...names: readonly string[]) => new Set([...kernel.loadable!].filter((name) => !names.includes(name)));
const mark = (over: Partial<Marked['mark']> = {}): Marked => ({
  device: link({ name: 'veth1' }),
  place: { path: undefined, netns: undefined },
  mark: {
    id: '0123abcd',
    what: 'down',
    by: 'ann',
    since: WELL.now - 60,
    until: 0,
    whose: 'web/eth0',
    foreign: '',
    isInForce: true,
    ...over,
  },
});
const cuts = (over: Partial<DoctorFacts['cuts']>) => ({ cuts: { ...WELL.cuts, ...over } });

test.each<[string, string, Partial<DoctorFacts>, string | RegExp, string]>([
  [
    'engine.answers',
    'broken',
    {
      engine: {
        ...engine,
        answer: {
          kind: 'trouble',
          message: 'no engine answers at unix:///var/run/docker.sock (no such socket)',
          next: [{ what: 'start it', command: 'sudo systemctl start docker' }],
        },
      },
    },
    'no engine answers',
    'sudo systemctl start docker',
  ],
  [
    'engine.processes',
    'broken',
    { processes: { kind: 'elsewhere', message: 'the engine is in a virtual machine', evidence: 'its kernel is 5.10' } },
    'the engine is in a virtual machine',
    'ssh -t HOST dbg doctor',
  ],
  [
    'engine.processes',
    'suspect',
    {
      processes: {
        kind: 'trouble',
        message: 'the engine has said nothing for 1 seconds',
        next: [{ what: 'what it is doing', command: 'journalctl -u docker -n 50' }],
      },
    },
    'tells its version, but nothing of its containers: the engine has said nothing',
    'journalctl -u docker -n 50',
  ],
  ['rights.root', 'note', { rights: { ...rights, isRoot: false, uid: 1000 } }, 'dbg is not root', 'sudo dbg doctor'],
  [
    'rights.root',
    'broken',
    { rights: { ...rights, isRoot: false, uid: 1000 }, sudo: undefined },
    'there is no sudo',
    "su -c 'dbg …'",
  ],
  [
    'rights.root',
    'broken',
    { rights: { ...rights, isRoot: false, uid: 1000, noNewPrivileges: true } },
    'no_new_privs',
    'ssh localhost dbg doctor',
  ],
  [
    'rights.capabilities',
    'broken',
    { rights: { ...rights, capabilities: rights.capabilities.filter((number) => number !== 21 && number !== 19) } },
    'these capabilities: SYS_PTRACE (the namespaces of other processes), SYS_ADMIN (to enter namespaces)',
    'docker run --pid host --cap-add SYS_PTRACE --cap-add SYS_ADMIN …',
  ],
  [
    'rights.capabilities',
    'note',
    { rights: { ...rights, capabilities: rights.capabilities.filter((number) => number !== 12) } },
    'this capability: NET_ADMIN (cuts)',
    'docker run --pid host --cap-add NET_ADMIN …',
  ],
  [
    'rights.seccomp',
    'suspect',
    { rights: { ...rights, hasSeccompFilter: true } },
    'is on dbg itself',
    'docker run --security-opt seccomp=unconfined …',
  ],
  ['tools.nsenter', 'broken', { tools: missing('nsenter') }, 'no program "nsenter"', 'sudo apt install util-linux'],
  [
    'tools.nsenter',
    'broken',
    { tools: tools({ nsenter: tool('nsenter', 'BusyBox v1.35.0\n -t PID\n -n[FILE]  Enter network namespace\n') }) },
    '/usr/bin/nsenter, which is for all verbs that enter a container, does not know --target, --net, --uts, --ipc',
    'sudo apt install util-linux',
  ],
  [
    'tools.unshare',
    'broken',
    { tools: tools({ unshare: { found: { kind: 'not executable', path: '/opt/my tools/unshare' }, said: '' } }) },
    '/opt/my tools/unshare, which is for dbg shell, exec, cannot be run',
    "sudo chmod +x '/opt/my tools/unshare'",
  ],
  [
    'tools.nsenter',
    'broken',
    { tools: tools({ nsenter: tool('nsenter', '\n') }) },
    'does not say which version',
    'file /usr/bin/nsenter',
  ],
  ['tools.tcpflow', 'note', { tools: missing('tcpflow') }, 'which is for dbg tcpflow', 'sudo apt install tcpflow'],
  [
    'tools.nft',
    'note',
    { tools: tools({ nft: tool('nft', 'nftables v0.9.8 (E.D.S.)\n') }) },
    'is version 0.9.8; dbg needs 1.0.1 or newer',
    'sudo apt install nftables',
  ],
  [
    'tools.nsenter',
    'broken',
    { tools: tools({ nsenter: tool('nsenter', tool('nsenter').said!.replace('--net[', '--network[')) }) },
    'does not know --net',
    'sudo apt install util-linux',
  ],
  [
    'tools.lsns',
    'note',
    { tools: tools({ lsns: tool('lsns', 'lsns from util-linux 2.31\n NS PID\n') }) },
    'does not know NETNSID',
    'sudo apt install util-linux',
  ],
  [
    'kernel.namespaces',
    'broken',
    { interfaces: { ...interfaces, namespaces: ['net', 'uts'] } },
    'ipc, mnt',
    'uname -r',
  ],
  [
    'kernel.cgroups',
    'note',
    { interfaces: { ...interfaces, cgroups: { v1: [], v2: [] } } },
    'no cgroups are mounted',
    'sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup',
  ],
  ['kernel.pressure', 'note', { interfaces: { ...interfaces, hasPressure: false } }, 'counts no pressure', 'psi=1'],
  [
    'kernel.children',
    'suspect',
    { interfaces: { ...interfaces, hasChildren: false } },
    'may stay when dbg is killed',
    'uname -r',
  ],
  [
    'kernel.packet',
    'note',
    {
      interfaces: { ...interfaces, hasPacketSockets: false },
      kernel: { ...kernel, config: without(kernel.config!, 'CONFIG_PACKET'), builtIn: new Set() },
    },
    'this kernel has no af_packet',
    'uname -r',
  ],
  [
    'kernel.netem',
    'note',
    { kernel: { ...kernel, config: without(kernel.config!, 'CONFIG_NET_SCH_NETEM'), loadable: fewer('sch_netem') } },
    'this kernel has no sch_netem, the queueing discipline netem, for dbg veth --delay',
    'uname -r',
  ],
  [
    'kernel.netem',
    'note',
    { kernel: { ...kernel, release: '5.14.0-427.el9.x86_64', loadable: fewer('sch_netem') } },
    'as a module that is not on this host',
    'sudo dnf install kernel-modules-extra-5.14.0-427.el9.x86_64',
  ],
  [
    'kernel.netem',
    'note',
    { kernel: { ...kernel, release: '6.8.0-60-generic', loadable: fewer('sch_netem') } },
    'as a module that is not on this host',
    'sudo apt install linux-modules-extra-6.8.0-60-generic',
  ],
  [
    'kernel.tbf',
    'note',
    { kernel: { ...kernel, loadable: undefined } },
    'a module that is not on this host',
    'sudo reboot',
  ],
  [
    'kernel.tbf',
    'note',
    { kernel: { ...kernel, mayLoad: false } },
    'no module may be loaded',
    'sysctl kernel.modules_disabled',
  ],
  [
    'kernel.tbf',
    'note',
    { kernel: { ...kernel, config: undefined, configPath: undefined, loadable: undefined } },
    'dbg cannot tell whether this kernel has sch_tbf',
    'modprobe --dry-run --verbose sch_tbf',
  ],
  [
    'kernel.egress',
    'note',
    { kernel: { ...kernel, release: '5.15.0', config: undefined, configPath: undefined } },
    'this kernel (5.15.0) has no egress hook',
    'dbg veth CTR --down',
  ],
  [
    'security.apparmor',
    'suspect',
    { rights: { ...rights, label: 'docker-default (enforce)' } },
    'confined by the AppArmor profile docker-default (enforce)',
    'sudo dmesg | grep \'apparmor="DENIED"\'',
  ],
  [
    'security.selinux',
    'suspect',
    {
      rights: { ...rights, label: 'system_u:system_r:container_t:s0:c1,c2' },
      confinement: { ...confinement, appArmor: undefined, seLinux: 'enforcing' },
    },
    'SELinux confines dbg itself as system_u:system_r:container_t:s0:c1,c2',
    'sudo ausearch -m avc -ts recent',
  ],
  [
    'security.yama',
    'note',
    { confinement: { ...confinement, ptraceScope: 3 } },
    'ptrace_scope is 3',
    'grep -rs ptrace_scope /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d',
  ],
  [
    'left.cuts',
    'suspect',
    cuts({ marked: [mark({ until: WELL.now - 180 })] }),
    'the cut of web/eth0 (down, by ann) should have ended 3 minutes ago: its guard was killed',
    'dbg veth --restore-all',
  ],
  ['left.cuts', 'suspect', cuts({ marked: [mark({ isInForce: false })] }), 'is not in force', 'dbg veth --restore-all'],
  [
    'left.cuts',
    'note',
    cuts({ marked: [mark(), mark({ until: WELL.now + 9 })] }),
    '2 cuts are in force',
    'dbg veth --status',
  ],
  [
    'left.cuts',
    'suspect',
    cuts({ left: [{ what: 'nft table netdev dbg_57', removal: [] }] }),
    'left something behind: nft table netdev dbg_57',
    'dbg veth --restore-all',
  ],
  [
    'left.cuts',
    'suspect',
    cuts({ doubtful: ['ve th'] }),
    'a container may have written it',
    "sudo ip link set dev 've th' alias ''",
  ],
  [
    'left.guards',
    'suspect',
    { guards: [{ pid: 99, kind: 'cut guard', isStopped: true }] },
    'the cut guard 99 of dbg was stopped',
    'sudo kill -CONT 99',
  ],
  [
    'left.stand-ins',
    'suspect',
    { standIns: [{ kind: 'socket', name: '/tmp/dbg-api-aB3xYz' }] },
    'no dbg listens there',
    'rm -r -- /tmp/dbg-api-aB3xYz',
  ],
  [
    'left.stand-ins',
    'suspect',
    { standIns: [{ kind: 'context', name: "it's mine" }] },
    'the docker context "it\'s mine" of dbg api is left',
    "docker context rm -f -- 'it'\\''s mine'",
  ],
])('%s is %s', (id, state, over, says, command) => {
  const all = examined(over);
  const found = all.find((each) => each.id === id)!;
  expect(found.state).toBe(state);
  const [finding] = found.findings;
  expect(finding?.sentence).toMatch(says);
  expect(finding?.next.map((step) => step.command)).toEqual([command]);
  // What makes dbg useless is said once: nothing else is broken by it.
  expect(all.filter((each) => each.state === 'broken' && each.id !== id)).toEqual([]);
});

test.each<[string, Partial<DoctorFacts>, string]>([
  ['engine.answers', {}, 'Docker 20.10.24, API 1.41, at unix:///var/run/docker.sock, by default'],
  ['engine.processes', {}, '"web" is process 4711 of this host'],
  ['tools.nsenter', {}, "2.38.1, /usr/bin/nsenter, knows dbg's options"],
  ['tools.nft', { tools: tools({ nft: { ...tool('nft'), said: undefined } }) }, '/usr/bin/nft'],
  ['tools.docker', {}, '/usr/bin/docker'],
  ['kernel.netem', {}, 'a module, loaded when it is asked for'],
  ['kernel.nftables', {}, 'a module, and loaded'],
  ['kernel.cgroups', {}, 'version 2'],
  [
    'kernel.cgroups',
    { interfaces: { ...interfaces, cgroups: { v1: ['/sys/fs/cgroup/cpu'], v2: ['/sys/fs/cgroup/unified'] } } },
    'version 1, and version 2 at /sys/fs/cgroup/unified',
  ],
  ['security.apparmor', {}, 'in force; dbg is unconfined; profiles: /usr/bin/tcpdump (enforce)'],
  [
    'security.selinux',
    {
      rights: { ...rights, label: 'unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023' },
      confinement: { ...confinement, seLinux: 'enforcing' },
    },
    'enforcing; dbg is unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023',
  ],
  [
    'left.guards',
    {
      guards: [
        { pid: 1, kind: 'tool guard', isStopped: false },
        { pid: 2, kind: 'tool guard', isStopped: false },
        { pid: 3, kind: 'cut guard', isStopped: false },
      ],
    },
    '2 tool guards, 1 cut guard',
  ],
])('%s as it is', (id, over, seen) => {
  expect(examined(over).find((each) => each.id === id)).toMatchObject({ state: 'good', seen });
});

test('a part that dbg cannot look at is open, with the reason', () => {
  const facts = Object.fromEntries(
    Object.keys(WELL).map((name) => [name, unknown(`no ${name}`)]),
  ) as unknown as Facts<DoctorFacts>;
  const all = examineParts(DOCTOR_PARTS, facts);
  expect(all.filter(({ state }) => state !== 'open')).toEqual([]);
  expect(all.find(({ id }) => id === 'left.cuts')).toMatchObject({ seen: undefined, unknown: 'no cuts', findings: [] });
});

test.each([
  ['1.0.1', '1.0.1', false],
  ['1.0', '1.0.1', true],
  ['0.9.8', '1.0.1', true],
  ['1.0.10', '1.0.9', false],
  ['6.1.0', '4.16', false],
  ['4.9', '4.16', true],
])('%s is older than %s: %s', (version, than, expected) => expect(isOlder(version, than)).toBe(expected));
