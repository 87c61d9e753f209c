/**
 * What identifies a packet on its way through a host, even through NAT, and a summary for people.
 */
export interface Headers {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  /**
   * a text that is the same wherever the packet is seen: only what NAT and routing do not change
   */
  readonly identity: string;
  readonly summary: string;
}

/**
 * Link type (draft-ietf-opsawg-pcaplinktype) → the number of bytes before the network layer, and
 * the offset of the EtherType
 */
const LINK: Readonly<Record<number, { readonly length: number; readonly type: number | undefined }>> = {
  1: { length: 14, type: 12 },
  101: { length: 0, type: undefined },
  276: { length: 20, type: 0 },
};

/**
 * Reads the IPv4 or IPv6 packet in a frame. undefined when the frame has neither, or when it is cut
 * off before the ports.
 */
export function readHeaders(linkType: number, frame: Buffer): Headers | undefined {
  const link = LINK[linkType];
  if (link === undefined) return undefined;
  let [at, type] = [link.length, link.type];
  // 802.1Q puts 4 bytes between the addresses and the EtherType of the packet.
  while (type !== undefined && type + 2 <= frame.length && frame.readUInt16BE(type) === 0x8100) {
    at += 4;
    type += 4;
  }
  const packet = frame.subarray(at);
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4 && packet.length >= 20) return readIPv4(packet);
  if (version === 6 && packet.length >= 40) return readIPv6(packet);
  return undefined;
}

function readIPv4(packet: Buffer): Headers | undefined {
  const length = packet.readUInt16BE(2);
  const fragment = packet.readUInt16BE(6) & 0x1fff;
  const [source, destination] = [packet.subarray(12, 16).join('.'), packet.subarray(16, 20).join('.')];
  const id = packet.readUInt16BE(4);
  const payload = packet.subarray((packet[0]! & 15) * 4, length > 0 ? length : undefined);
  if (fragment > 0) {
    const identity = `fragment ${id} ${fragment}`;
    const ports = { sourcePort: undefined, destinationPort: undefined };
    return { source, destination, ...ports, identity, summary: `fragment at ${fragment * 8}` };
  }
  return transport(packet[9]!, payload, { source, destination }, `${id}`);
}

/** IPv6 extension headers that say where the next header is (RFC 8200). */
const EXTENSIONS = new Set([0, 43, 60]);

function readIPv6(packet: Buffer): Headers | undefined {
  const [source, destination] = [addressText(packet.subarray(8, 24)), addressText(packet.subarray(24, 40))];
  let [next, at] = [packet[6]!, 40];
  while (EXTENSIONS.has(next) && at + 8 <= packet.length) [next, at] = [packet[at]!, at + (packet[at + 1]! + 1) * 8];
  return transport(next, packet.subarray(at, 40 + packet.readUInt16BE(4)), { source, destination }, '');
}

/** Protocols whose headers are read above: ICMP, TCP, UDP, ICMPv6 (IANA's protocol numbers). */
const HAS_OWN_HEADER = new Set([1, 6, 17, 58]);

interface Ends {
  readonly source: string;
  readonly destination: string;
}

function transport(protocol: number, segment: Buffer, ends: Ends, id: string): Headers | undefined {
  const ports = () => ({ sourcePort: segment.readUInt16BE(0), destinationPort: segment.readUInt16BE(2) });
  if (protocol === 6 && segment.length >= 20) {
    const flags = tcpFlags(segment[13]!);
    const [sequence, acknowledged] = [segment.readUInt32BE(4), segment.readUInt32BE(8)];
    const length = segment.length - (segment[12]! >> 4) * 4;
    const identity = `tcp ${flags} ${sequence} ${acknowledged} ${length}`;
    return { ...ends, ...ports(), identity, summary: `${flags} seq ${sequence}, length ${length}` };
  }
  if (protocol === 17 && segment.length >= 8) {
    const data = segment.subarray(8);
    return { ...ends, ...ports(), identity: `udp ${id} ${digest(data)}`, summary: `UDP, length ${data.length}` };
  }
  if ((protocol === 1 || protocol === 58) && segment.length >= 8) {
    // NAT may change the identifier of an echo (bytes 4 and 5). The sequence number and the data
    // stay.
    const number = segment.readUInt16BE(6);
    const identity = `icmp ${segment[0]} ${segment[1]} ${number} ${digest(segment.subarray(8))}`;
    const summary = `ICMP${protocol === 58 ? 'v6' : ''} type ${segment[0]}, seq ${number}`;
    return { ...ends, sourcePort: undefined, destinationPort: undefined, identity, summary };
  }
  if (HAS_OWN_HEADER.has(protocol)) return undefined; // the frame is cut off within this header
  const identity = `${protocol} ${id} ${digest(segment)}`;
  return { ...ends, sourcePort: undefined, destinationPort: undefined, identity, summary: `protocol ${protocol}` };
}

function tcpFlags(bits: number): string {
  const names = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];
  return names.filter((_, bit) => bits & (1 << bit)).join(' ') || 'none';
}

/**
 * FNV-1a over at most the first 256 bytes, with the length. This is enough to tell the packets of
 * one conversation apart.
 */
function digest(data: Buffer): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < data.length && at < 256; at++) hash = Math.imul(hash ^ data[at]!, 0x01000193);
  return `${(hash >>> 0).toString(16)} ${data.length}`;
}

/** An IPv6 address as a text of RFC 5952, which is how `ip` writes it too. */
function addressText(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
  const [zeros] = [...groups.join(':').matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].toSorted(
    (a, b) => b[0].length - a[0].length,
  );
  if (!zeros) return groups.join(':');
  const text = groups.join(':');
  return `${text.slice(0, zeros.index)}::${text.slice(zeros.index + zeros[0].length + 1)}`;
}
