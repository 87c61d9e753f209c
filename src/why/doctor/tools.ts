/** A program of the host that dbg runs, and what dbg wants of it. */
export interface ToolWish {
  readonly name: string;
  /** the options by which it tells its version and its options; none: it is not run */
  readonly ask: readonly string[];
  /** finds the number of its version in what it says */
  readonly version?: RegExp;
  /** the oldest version that does */
  readonly since?: string;
  /** options or columns that its help has to name */
  readonly options?: readonly string[];
  readonly neededBy: string;
  /** Without it, hardly any verb works. */
  readonly isNeeded?: boolean;
}

const UTIL_LINUX = /util-linux (\d+(?:\.\d+)+)/;
const IPROUTE2 = /iproute2-(\d+(?:\.\d+)+)/;

/** Every program of the host that dbg itself runs. What a person runs by dbg is not among them. */
export const TOOLS: readonly ToolWish[] = [
  {
    name: 'nsenter',
    ask: ['--version', '--help'],
    version: UTIL_LINUX,
    options: ['--target', '--net', '--uts', '--ipc'],
    neededBy: 'all verbs that enter a container',
    isNeeded: true,
  },
  {
    name: 'unshare',
    ask: ['--version', '--help'],
    version: UTIL_LINUX,
    options: ['--mount', '--propagation'],
    neededBy: 'dbg shell, exec',
    isNeeded: true,
  },
  {
    name: 'setpriv',
    ask: ['--version', '--help'],
    version: UTIL_LINUX,
    options: ['--reuid', '--regid', '--groups', '--bounding-set', '--ambient-caps', '--no-new-privs'],
    neededBy: 'dbg exec --all, --user, --caps; strace through sudo',
  },
  {
    name: 'perl',
    ask: ['-v'],
    version: /\(v(\d+(?:\.\d+)+)\)/,
    neededBy: 'dbg exec --all, --ns; dbg why CTR HOST; arguments that are no UTF-8',
  },
  {
    name: 'ip',
    ask: ['-V'],
    version: IPROUTE2,
    since: '4.16',
    neededBy: 'dbg veth; tcpdump --where; why CTR HOST',
  },
  {
    name: 'lsns',
    ask: ['--version', '--help'],
    version: UTIL_LINUX,
    options: ['NETNSID'],
    neededBy: 'dbg veth; tcpdump --where',
  },
  { name: 'tc', ask: ['-V'], version: IPROUTE2, neededBy: 'dbg veth --rate, --delay' },
  {
    name: 'nft',
    ask: ['--version'],
    version: /nftables v(\d+(?:\.\d+)+)/,
    // The release for Linux 5.16, whose egress hook it knows (wiki.nftables.org).
    since: '1.0.1',
    neededBy: 'dbg veth --blackhole, --drop, --loss',
  },
  {
    name: 'ethtool',
    ask: ['--version'],
    version: /ethtool version (\d+(?:\.\d+)*)/,
    neededBy: 'dbg veth, as one more witness of the other end',
  },
  { name: 'ss', ask: ['-V'], version: IPROUTE2, neededBy: 'dbg why :PORT; whose calls dbg api shows' },
  {
    name: 'iptables-save',
    ask: ['--version'],
    version: /v(\d+(?:\.\d+)+)/,
    neededBy: 'dbg why CTR HOST, where rules are of iptables',
  },
  {
    name: 'tcpdump',
    ask: ['--help'],
    version: /tcpdump version (\d+(?:\.\d+)+)/,
    options: ['--immediate-mode'],
    neededBy: 'dbg tcpdump, extcap',
  },
  { name: 'tcpflow', ask: ['--version'], version: /TCPFLOW (\d+(?:\.\d+)+)/i, neededBy: 'dbg tcpflow' },
  { name: 'strace', ask: ['-V'], version: /version (\d+(?:\.\d+)+)/, neededBy: 'dbg strace' },
  { name: 'wireshark', ask: [], neededBy: 'dbg tcpdump --wireshark' },
  { name: 'docker', ask: [], neededBy: 'dbg api --context' },
];
