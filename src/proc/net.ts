// What /proc/PID/net tells of a network namespace to whoever may read it. No process enters the
// namespace, and none is started.

/** Since the device was made, as its own namespace counts them. */
export interface Counters {
  readonly rxBytes: number;
  readonly txBytes: number;
  /** packets that the device threw away, of those it received and of those it was to send */
  readonly drops: number;
}

/** An IPv6 address of an interface. */
export interface Inet6 {
  readonly ifindex: number;
  readonly name: string;
  /** with prefix length, in the short form of RFC 5952 */
  readonly address: string;
}

/** An entry of the main IPv4 routing table; addresses as numbers of 32 bits. */
export interface Route {
  readonly name: string;
  readonly destination: number;
  readonly prefixLength: number;
  readonly isConnected: boolean;
}

/** A socket that waits for connections, or for datagrams of anybody. */
export interface ListeningSocket {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** IPv4, or IPv6 in the short form of RFC 5952: "0.0.0.0", "::1" */
  readonly address: string;
  /** whether only the container itself reaches it: 127.0.0.0/8 or ::1 */
  readonly isLoopback: boolean;
}

/**
 * Reads /proc/PID/net/dev: every device by its name, in the kernel's order (net/core/net-procfs.c).
 */
export function parseDev(text: string): ReadonlyMap<string, Counters> {
  // A name may hold any character but "/", ":" and blanks (dev_valid_name), so the first colon ends
  // it.
  const lines = [...text.matchAll(/^\s*(\S+?):(.*)$/gm)].map(([, name, values]) => {
    const numbers = values!.trim().split(/\s+/).map(Number);
    const at = (column: number) => numbers[column] ?? 0;
    return [name!, { rxBytes: at(0), txBytes: at(8), drops: at(3) + at(11) }] as const;
  });
  return new Map(lines);
}

/**
 * Reads /proc/PID/net/igmp: the ifindex, by name, of every device that is up and has IPv4
 * (net/ipv4/igmp.c). A device that is down has left the all-hosts group, and is not listed.
 */
export function parseIgmp(text: string): ReadonlyMap<string, number> {
  const lines = [...text.matchAll(/^(\d+)\t(\S+)\s*:/gm)];
  return new Map(lines.map(([, index, name]) => [name!, Number(index)]));
}

/**
 * Reads /proc/PID/net/if_inet6: address, ifindex, prefix length, scope and flags in hex, and name
 * (net/ipv6/addrconf.c). The file is in the order of a hash table. Here the widest scope comes
 * first, as ip(8) prints them (IPV6_ADDR_LINKLOCAL is 0x20, global 0).
 */
export function parseIfInet6(text: string): Inet6[] {
  const lines = [...text.matchAll(/^([\da-f]{32}) ([\da-f]+) ([\da-f]+) ([\da-f]+) [\da-f]+\s+(\S+)$/gm)];
  return lines
    .toSorted((a, b) => parseInt(a[4]!, 16) - parseInt(b[4]!, 16))
    .map(([, address, index, prefix, , name]) => ({
      ifindex: parseInt(index!, 16),
      name: name!,
      address: `${shortIPv6(address!)}/${parseInt(prefix!, 16)}`,
    }));
}

/**
 * Reads the ifindex in the first line of /proc/PID/net/dev_snmp6/NAME. The file is there for a
 * device that is down as well (net/ipv6/proc.c). undefined when there is none.
 */
export function parseSnmp6Index(text: string | undefined): number | undefined {
  const index = /^ifIndex\s+(\d+)$/m.exec(text ?? '')?.[1];
  return index === undefined ? undefined : Number(index);
}

/**
 * Reads /proc/PID/net/fib_trie: the namespace's own IPv4 addresses, without those of lo
 * (net/ipv4/fib_trie.c).
 */
export function parseLocalAddresses(text: string): number[] {
  const found = [...text.matchAll(/\|-- ([\d.]+)\n(?:\s+\/\d+ (?!host LOCAL).*\n)*\s+\/32 host LOCAL$/gm)];
  // The two tables, main and local, are printed one after the other. Often they are the same table.
  return [...new Set(found.map(([, address]) => fromDotted(address!)))].filter((address) => address >>> 24 !== 127);
}

/**
 * Reads /proc/PID/net/route. Its addresses are in hex, in the byte order of the machine
 * (net/ipv4/fib_trie.c, fib_route_seq_show).
 */
export function parseRoutes(text: string): Route[] {
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  return rows
    .filter((row) => row.length >= 11 && /^[\dA-F]{8}$/.test(row[7]!))
    .map(([name, destination, gateway, flags, , , , mask]) => ({
      name: name!,
      destination: fromHex(destination!),
      prefixLength: bitsOf(fromHex(mask!)),
      // RTF_UP without RTF_GATEWAY: the destination is reached directly, as the subnet of an own
      // address.
      isConnected: gateway === '00000000' && (parseInt(flags!, 16) & 3) === 1,
    }));
}

/** An address of 32 bits in dotted form: 172.20.0.3. */
export const dotted = (address: number): string => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');

const fromDotted = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function fromHex(text: string): number {
  const bytes = Buffer.from(text, 'hex');
  return LITTLE_ENDIAN ? bytes.readUInt32LE() : bytes.readUInt32BE();
}

const bitsOf = (mask: number) => mask.toString(2).replaceAll('0', '').length;

/** An address of 32 hex digits in the form of RFC 5952. A URL's host has the same form. */
const shortIPv6 = (hex: string) => new URL(`http://[${hex.match(/.{4}/g)!.join(':')}]`).hostname.slice(1, -1);

/** The states in which a socket waits (net/tcp_states.h): TCP_LISTEN, and TCP_CLOSE for UDP. */
const WAITS = { tcp: '0A', udp: '07' } as const;

/**
 * Reads /proc/PID/net/tcp, tcp6, udp or udp6 (proc_pid_net(5)): "0: 0100007F:1538 00000000:0000 0A
 * …". The kernel prints an address in words of 32 bits, each in the order of the processor's bytes.
 */
export function parseListeningSockets(protocol: 'tcp' | 'udp', text: string): ListeningSocket[] {
  const lines = text.matchAll(/^ *\d+: ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) [\dA-F]+:([\dA-F]{4}) ([\dA-F]{2}) /gm);
  return [...lines].flatMap(([, hex = '', port = '', peerPort, state]) => {
    if (state !== WAITS[protocol] || peerPort !== '0000') return [];
    const address = addressOfWords(hex);
    const isLoopback = /^127\.|^::1$/.test(address);
    return [{ protocol, port: parseInt(port, 16), address, isLoopback }];
  });
}

/** The address in words of 32 bits: 0100007F is 127.0.0.1 on a little-endian machine. */
function addressOfWords(hex: string): string {
  const words = hex.match(/.{8}/g)!.map(fromHex);
  // ::ffff:127.0.0.1 is IPv4 (RFC 4291, 2.5.5.2).
  if (words.length === 1 || (words[0] === 0 && words[1] === 0 && words[2] === 0xffff)) return dotted(words.at(-1)!);
  return shortIPv6(words.map((word) => word.toString(16).padStart(8, '0')).join(''));
}
