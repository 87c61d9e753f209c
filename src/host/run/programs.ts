import { DbgError, EXIT, type NextStep } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import type { Host } from '../host.ts';

/** Debian's package for each program that dbg may miss. */
const PACKAGES: Readonly<Record<string, string>> = {
  arping: 'iputils-arping',
  bridge: 'iproute2',
  curl: 'curl',
  conntrack: 'conntrack',
  ctr: 'containerd',
  dig: 'bind9-dnsutils',
  ethtool: 'ethtool',
  gdb: 'gdb',
  ip: 'iproute2',
  'iptables-save': 'iptables',
  lsns: 'util-linux',
  lsof: 'lsof',
  mtr: 'mtr-tiny',
  nc: 'netcat-openbsd',
  nft: 'nftables',
  nmap: 'nmap',
  nsenter: 'util-linux',
  nslookup: 'bind9-dnsutils',
  perf: 'linux-perf',
  perl: 'perl-base',
  ping: 'iputils-ping',
  ps: 'procps',
  setpriv: 'util-linux',
  socat: 'socat',
  ss: 'iproute2',
  strace: 'strace',
  sudo: 'sudo',
  tcpdump: 'tcpdump',
  tcpflow: 'tcpflow',
  tc: 'iproute2',
  top: 'procps',
  traceroute: 'traceroute',
  tshark: 'tshark',
  unshare: 'util-linux',
  wireshark: 'wireshark',
};

/** What a person can do about a program that is missing: the line that installs it on Debian. */
export function installStep(program: string): NextStep | undefined {
  const debianPackage = PACKAGES[program];
  return debianPackage === undefined ? undefined : { what: 'install it', command: `sudo apt install ${debianPackage}` };
}

/**
 * Makes sure that the host has a program. Throws a DbgError with a shell's exit codes: 127 when
 * there is none, 126 when it cannot be run.
 */
export function requireProgram(host: Host, program: string): void {
  const { kind, path } = host.find(program);
  if (kind === 'found') return;
  if (kind === 'not executable') {
    throw new DbgError(`${path} cannot be run: it is not an executable file`, {
      exitCode: EXIT.cannotRun,
      next: [{ what: 'what it is', command: `ls -l ${shellQuote(path)}` }],
    });
  }
  throw new DbgError(`this host has no program "${program}" (dbg runs the host's tools, not the container's)`, {
    exitCode: EXIT.notFound,
    next: [
      installStep(program) ?? {
        what: "run the container's own",
        command: `docker exec … ${shellQuote(program)}`,
      },
    ],
  });
}
