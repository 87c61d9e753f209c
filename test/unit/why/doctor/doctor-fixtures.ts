import { DOCTOR_PARTS } from '../../../../src/why/doctor/doctor-parts.ts';
import type { DoctorFacts, ToolSeen } from '../../../../src/why/doctor/doctor-facts.ts';
import { examineParts, type Examined } from '../../../../src/why/doctor/examine-parts.ts';
import { TOOLS } from '../../../../src/why/doctor/tools.ts';
import { type Facts, known } from '../../../../src/why/fact.ts';

/** What Debian 12's own tools say, as far as dbg reads it. */
const SAID: Readonly<Record<string, string>> = {
  nsenter:
    'nsenter from util-linux 2.38.1\n -t, --target <pid>\n -u, --uts[=<file>]\n -i, --ipc[=<file>]\n -n, --net[=<file>]\n',
  unshare: 'unshare from util-linux 2.38.1\n -m, --mount[=<file>]\n --propagation slave|shared|private|unchanged\n',
  setpriv:
    'setpriv from util-linux 2.38.1\n --nnp, --no-new-privs\n --ambient-caps <caps>\n --bounding-set <caps>\n --reuid <uid>\n --regid <gid>\n --groups <group,...>\n',
  lsns: 'lsns from util-linux 2.38.1\n     NETNSID  namespace ID as used by network subsystem\n',
  perl: '\nThis is perl 5, version 36, subversion 0 (v5.36.0) built for x86_64-linux-gnu-thread-multi\n',
  ip: 'ip utility, iproute2-6.1.0, libbpf 1.1.2\n',
  tc: 'tc utility, iproute2-6.1.0, libbpf 1.1.2\n',
  ss: 'ss utility, iproute2-6.1.0\n',
  nft: 'nftables v1.0.6 (Lester Gooch #5)\n',
  ethtool: 'ethtool version 6.1\n',
  'iptables-save': 'iptables-save v1.8.9 (nf_tables)\n',
  tcpdump: 'tcpdump version 4.99.3\n\t\t[ -i interface ] [ --immediate-mode ] [ -j tstamptype ]\n',
  tcpflow: 'TCPFLOW 1.6.1\n',
  strace: 'strace -- version 6.1\n',
};

export const tool = (name: string, said: string | undefined = SAID[name]): ToolSeen => ({
  found: { kind: 'found', path: `/usr/bin/${name}` },
  said,
});

export const tools = (over: Readonly<Record<string, ToolSeen>> = {}): DoctorFacts['tools'] =>
  new Map(TOOLS.map(({ name }) => [name, over[name] ?? tool(name)]));

/** A host of Debian 12 on which all of dbg works, asked by root. */
export const WELL: DoctorFacts = {
  engine: {
    address: 'unix:///var/run/docker.sock',
    source: 'by default',
    answer: {
      kind: 'version',
      version: { name: 'Docker', version: '20.10.24', api: '1.41', kernel: '6.1.0-42-amd64' },
    },
  },
  processes: { kind: 'here', container: 'web', pid: 4711 },
  rights: {
    isRoot: true,
    lineAsRoot: 'sudo dbg doctor',
    uid: 0,
    capabilities: Array.from({ length: 41 }, (_, at) => at),
    noNewPrivileges: false,
    hasSeccompFilter: false,
    label: 'unconfined',
  },
  sudo: '/usr/bin/sudo',
  tools: tools(),
  kernel: {
    release: '6.1.0-42-amd64',
    config: new Map([
      ['CONFIG_VETH', 'm'],
      ['CONFIG_PACKET', 'y'],
      ['CONFIG_NF_TABLES', 'm'],
      ['CONFIG_NF_TABLES_NETDEV', 'y'],
      ['CONFIG_NETFILTER_EGRESS', 'y'],
      ['CONFIG_NFT_NUMGEN', 'm'],
      ['CONFIG_NET_SCH_TBF', 'm'],
      ['CONFIG_NET_SCH_NETEM', 'm'],
      ['CONFIG_UNIX_DIAG', 'm'],
    ]),
    configPath: '/boot/config-6.1.0-42-amd64',
    present: new Set(['veth', 'nf_tables']),
    builtIn: new Set(['af_packet']),
    loadable: new Set(['veth', 'nf_tables', 'nft_numgen', 'sch_tbf', 'sch_netem', 'unix_diag']),
    mayLoad: true,
  },
  interfaces: {
    namespaces: ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'],
    hasPacketSockets: true,
    hasPressure: true,
    hasChildren: true,
    cgroups: { v1: [], v2: ['/sys/fs/cgroup'] },
  },
  confinement: { appArmor: { profiles: ['/usr/bin/tcpdump (enforce)'] }, seLinux: undefined, ptraceScope: 1 },
  now: 1_800_000_000,
  cuts: { marked: [], left: [], doubtful: [] },
  guards: [],
  standIns: [],
};

/** All parts of a host that differs from a well one in these facts. */
export const examined = (over: Partial<DoctorFacts> = {}): Examined[] =>
  examineParts(
    DOCTOR_PARTS,
    Object.fromEntries(
      Object.entries({ ...WELL, ...over }).map(([name, value]) => [name, known(value)]),
    ) as unknown as Facts<DoctorFacts>,
  );
