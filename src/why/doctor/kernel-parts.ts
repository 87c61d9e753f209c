import { type Kernel, type KernelPart, supportOf } from '../../host/kernel.ts';
import { part } from './doctor-part.ts';
import { ANOTHER_KERNEL, evidenceOf, KERNEL, lacking, modular, SEEN } from './kernel-module-part.ts';

/** The namespaces that every entry joins, or makes for what the tool is to see. */
const NAMESPACES = ['net', 'uts', 'ipc', 'mnt'];

export const KERNEL_PARTS = [
  part({
    id: 'kernel.namespaces',
    layer: KERNEL,
    about: 'The kernel has the namespaces that dbg joins.',
    neededBy: 'all verbs that enter a container',
    needs: ['interfaces', 'kernel'],
    seen: ({ interfaces: { namespaces }, kernel }) => `${namespaces.join(' ')}, of Linux ${kernel.release}`,
    find: ({ interfaces: { namespaces } }) => {
      const missing = NAMESPACES.filter((type) => !namespaces.includes(type));
      if (missing.length === 0) return [];
      return [
        {
          severity: 'broken',
          sentence: `this kernel has no namespaces of these types: ${missing.join(', ')}`,
          evidence: [{ seen: namespaces.join(' ') || 'none', command: 'ls /proc/self/ns' }],
          next: [ANOTHER_KERNEL],
        },
      ];
    },
  }),
  part({
    id: 'kernel.cgroups',
    layer: KERNEL,
    about: 'Cgroups are mounted, of version 1, 2 or both.',
    neededBy: 'dbg limits; exec --all',
    needs: ['interfaces'],
    seen: ({ interfaces: { cgroups } }) => {
      const [v1, v2] = [cgroups.v1.length > 0, cgroups.v2.length > 0];
      return v1 && v2 ? `version 1, and version 2 at ${cgroups.v2[0]}` : v2 ? `version 2` : v1 ? 'version 1' : 'none';
    },
    find: ({ interfaces: { cgroups } }) =>
      cgroups.v1.length + cgroups.v2.length > 0
        ? []
        : [
            {
              severity: 'note',
              sentence: 'no cgroups are mounted, so dbg limits cannot see the limits of containers',
              evidence: [{ seen: 'none', command: 'findmnt -t cgroup,cgroup2' }],
              next: [{ what: 'mount them', command: 'sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup' }],
            },
          ],
  }),
  part({
    id: 'kernel.pressure',
    layer: KERNEL,
    about: 'The kernel counts pressure (PSI).',
    neededBy: 'dbg limits; dbg why',
    needs: ['interfaces'],
    seen: ({ interfaces: { hasPressure } }) => (hasPressure ? 'counted' : 'not counted'),
    find: ({ interfaces: { hasPressure } }) =>
      hasPressure
        ? []
        : [
            {
              severity: 'note',
              sentence: 'this kernel counts no pressure, so dbg limits and dbg why leave it out',
              evidence: [{ seen: 'no /proc/pressure', command: 'ls /proc/pressure' }],
              next: [{ what: 'count it from the next boot on: add to the kernel command line', command: 'psi=1' }],
            },
          ],
  }),
  part({
    id: 'kernel.children',
    layer: KERNEL,
    about: 'The kernel lists the children of a process (CONFIG_PROC_CHILDREN).',
    neededBy: 'the guard that ends what a tool has started',
    needs: ['interfaces'],
    seen: ({ interfaces: { hasChildren } }) => (hasChildren ? 'listed' : 'not listed'),
    find: ({ interfaces: { hasChildren } }) =>
      hasChildren
        ? []
        : [
            {
              severity: 'suspect',
              sentence:
                'this kernel does not list the children of a process, so what a tool has started may stay when dbg is killed',
              evidence: [{ seen: 'no file "children"', command: 'ls /proc/self/task/*/children' }],
              next: [ANOTHER_KERNEL],
            },
          ],
  }),
  modular({
    name: 'veth',
    what: 'pairs of virtual devices',
    option: 'CONFIG_VETH',
    module: 'veth',
    neededBy: 'dbg veth (and networks of the engine)',
  }),
  part({
    id: 'kernel.packet',
    layer: KERNEL,
    about: 'The kernel has packet sockets (CONFIG_PACKET).',
    neededBy: 'dbg tcpdump, tcpflow',
    needs: ['interfaces', 'kernel'],
    seen: ({ interfaces: { hasPacketSockets }, kernel }) =>
      hasPacketSockets ? 'there' : SEEN[supportOf(kernel, PACKET)],
    find: ({ interfaces: { hasPacketSockets }, kernel }) =>
      hasPacketSockets ? [] : lacking(kernel, PACKET, 'packet sockets (AF_PACKET)', 'dbg tcpdump, tcpflow'),
  }),
  modular({
    name: 'nftables',
    what: 'nftables',
    option: 'CONFIG_NF_TABLES',
    module: 'nf_tables',
    neededBy: 'dbg veth --blackhole, --drop, --loss',
  }),
  part({
    id: 'kernel.egress',
    layer: KERNEL,
    about: 'nftables has hooks where a device gets and sends (CONFIG_NETFILTER_EGRESS; Linux 5.16).',
    neededBy: 'dbg veth --blackhole, --drop, --loss',
    needs: ['kernel'],
    seen: ({ kernel }) => (hasEgress(kernel) ? `there, in Linux ${kernel.release}` : 'not in this kernel'),
    find: ({ kernel }) =>
      hasEgress(kernel)
        ? []
        : [
            {
              severity: 'note',
              sentence: `this kernel (${kernel.release}) has no egress hook, which dbg veth --blackhole, --drop and --loss need`,
              evidence: [
                evidenceOf(
                  kernel,
                  NETDEV_OPTIONS.find((option) => !kernel.config?.has(option))!,
                ),
              ],
              next: [{ what: 'what works without it', command: 'dbg veth CTR --down' }],
            },
          ],
  }),
  modular({
    name: 'numgen',
    what: 'random numbers in rules of nftables',
    option: 'CONFIG_NFT_NUMGEN',
    module: 'nft_numgen',
    neededBy: 'dbg veth --loss',
  }),
  modular({
    name: 'tbf',
    what: 'the queueing discipline tbf',
    option: 'CONFIG_NET_SCH_TBF',
    module: 'sch_tbf',
    neededBy: 'dbg veth --rate',
  }),
  modular({
    name: 'netem',
    what: 'the queueing discipline netem',
    option: 'CONFIG_NET_SCH_NETEM',
    module: 'sch_netem',
    neededBy: 'dbg veth --delay',
  }),
  modular({
    name: 'unix-diag',
    what: 'a list of unix sockets with their peers',
    option: 'CONFIG_UNIX_DIAG',
    module: 'unix_diag',
    neededBy: 'whose calls dbg api shows',
  }),
] as const;

const PACKET: KernelPart = { option: 'CONFIG_PACKET', module: 'af_packet' };

/** Rules about what a device gets and sends need both. */
const NETDEV_OPTIONS = ['CONFIG_NF_TABLES_NETDEV', 'CONFIG_NETFILTER_EGRESS'];

/** Linux 5.16 has the egress hook; where no file tells of the configuration, the release does. */
function hasEgress({ config, release }: Kernel): boolean {
  if (config) return NETDEV_OPTIONS.every((option) => config.has(option));
  const [major = 0, minor = 0] = release.split('.').map((number) => Number.parseInt(number, 10));
  return major > 5 || (major === 5 && minor >= 16);
}
