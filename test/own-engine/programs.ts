// Which program of the engine is in which Debian package, and which of them this machine lacks.
import { accessSync, closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Programs, each with the Debian package that has it. */
export type Programs = Readonly<Record<string, string>>;

/** What the engine and the demo call. */
export const ENGINE_PROGRAMS: Programs = {
  dockerd: 'docker.io',
  docker: 'docker-cli',
  containerd: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  ip: 'iproute2',
  iptables: 'iptables',
  tcpdump: 'tcpdump',
  ps: 'procps',
  tar: 'tar',
  mount: 'mount',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  flock: 'util-linux',
};

/** And what dbg's checks and tests call besides: a browser and Wireshark among them. */
export const PROGRAMS: Programs = {
  ...ENGINE_PROGRAMS,
  'docker-compose': 'docker-compose',
  tcpflow: 'tcpflow',
  tshark: 'tshark',
  nft: 'nftables',
  ethtool: 'ethtool',
  strace: 'strace',
  openssl: 'openssl',
  sudo: 'sudo',
  chromium: 'chromium',
  zsh: 'zsh',
  fish: 'fish',
  curl: 'curl',
  shellcheck: 'shellcheck',
  ssh: 'openssh-client',
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  nginx: 'nginx-light',
  podman: 'podman',
};

/** Where install.sh puts the static busybox on a machine whose own busybox is the dynamic one. */
const BUSYBOX_ASIDE = '/var/lib/dbg-busybox/busybox';

/** Where docker's plugins are, which are programs of their own too: docker-compose, since its version 2. */
const PLUGINS = ['/usr/libexec/docker/cli-plugins', '/usr/lib/docker/cli-plugins'];

/** The full path of a program; also looks where a plain user's PATH on Debian does not (/usr/sbin). */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  return [...path.split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin', ...PLUGINS]
    .filter((dir) => dir.startsWith('/'))
    .map((dir) => join(dir, name))
    .find(isExecutable);
}

/** The busybox that runs in an image with nothing else in it, or undefined. */
export function staticBusybox(): string | undefined {
  return ['/bin/busybox', BUSYBOX_ASIDE].find((file) => isExecutable(file) && isStatic(file));
}

/** Those of them that this machine lacks; empty on one that has everything. */
export function missingPrograms(wanted: Programs): Record<string, string> {
  const missing = Object.entries(wanted).filter(([name]) => !findProgram(name));
  if (wanted === PROGRAMS && !existsSync('/usr/share/bash-completion/bash_completion'))
    missing.push(['bash-completion', 'bash-completion']);
  if (!staticBusybox()) missing.push(['busybox (static)', 'busybox-static']);
  return Object.fromEntries(missing);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A dynamic ELF program names its loader (/lib64/ld-linux…, /lib/ld-musl…) near its beginning; a static one has none. */
function isStatic(file: string): boolean {
  const fd = openSync(file, 'r');
  try {
    const head = Buffer.alloc(4096);
    readSync(fd, head, 0, head.length, 0);
    return !head.includes('/ld-') && !head.includes('/ld64.so');
  } finally {
    closeSync(fd);
  }
}
