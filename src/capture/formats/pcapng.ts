import { DbgError } from '../../errors.ts';
import { escapeControls, escapeLines } from '../../text.ts';
import type { Packet } from './pcap.ts';
import {
  addressBytes,
  block,
  count,
  END,
  LONGEST_VALUE,
  option,
  padding,
  text,
  time,
  utf8,
  writeTime,
} from './pcapng-encoding.ts';

/**
 * An interface on which packets were captured. Its number is its place among the interface
 * descriptions of the file, from 0.
 *
 * libpcap, and so tcpdump, stops reading a file at an interface whose link type or snap length
 * differs from the first one's (1.10: sf-pcapng.c, pcap_ng_next_packet). Wireshark reads it all.
 */
export interface Interface {
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  /** the text of the filter, as tcpdump takes it */
  readonly filter?: string;
  /** LINKTYPE_… */
  readonly linkType: number;
  /** in bytes */
  readonly snapLength: number;
  /** whether the timestamps of its packets count nanoseconds; otherwise they count microseconds */
  readonly nanoseconds: boolean;
  readonly mac?: string;
  /** with prefix length: "172.20.0.3/16", "fd00::3/64" */
  readonly addresses?: readonly string[];
}

// Block types and option codes of draft-ietf-opsawg-pcapng (sections 4, and 10 for their registry).
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const NAME_RESOLUTION = 4;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;
const COMMENT = 1;

/**
 * The first block of a file. It gives no length for its section (-1), because the section is
 * written while it grows.
 */
export function sectionHeader(about: {
  application: string;
  os?: string;
  hardware?: string;
  comment?: string;
}): Buffer {
  const fixed = Buffer.alloc(16, 0xff);
  fixed.writeUInt32LE(0x1a2b3c4d, 0); // the byte-order magic
  fixed.writeUInt16LE(1, 4); // version 1.0
  fixed.writeUInt16LE(0, 6);
  return block(SECTION_HEADER, [
    fixed,
    ...text(COMMENT, about.comment),
    ...text(2, about.hardware),
    ...text(3, about.os),
    ...text(4, about.application),
    END,
  ]);
}

/**
 * The description of an interface. It comes before the first packet of the interface, anywhere in
 * the file. Its texts are escaped: the programs that read the file print them, tshark on a
 * terminal, and a container names its interfaces. A MAC address of another length than Ethernet's
 * (InfiniBand, a tunnel's) has no place in a file and is left out. Throws a DbgError for an address
 * that is none.
 */
export function interfaceDescription(of: Interface): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16LE(of.linkType, 0);
  fixed.writeUInt32LE(of.snapLength, 4);
  const mac = of.mac !== undefined && /^(?:[\da-f]{2}:){5}[\da-f]{2}$/i.test(of.mac);
  return block(INTERFACE_DESCRIPTION, [
    fixed,
    ...text(COMMENT, of.comment && escapeLines(of.comment)),
    ...text(2, escapeControls(of.name)),
    ...text(3, of.description && escapeControls(of.description)),
    ...(of.addresses ?? []).map(addressOption),
    ...(mac ? [option(6, Buffer.from(of.mac.replaceAll(':', ''), 'hex'))] : []),
    option(9, Buffer.of(of.nanoseconds ? 9 : 6)), // if_tsresol: a power of ten
    // The first byte is the format of the filter. 0 is text.
    ...(of.filter === undefined ? [] : [option(11, utf8(`\0${of.filter}`))]),
    END,
  ]);
}

/** An address option: if_IPv4addr ends with the netmask, if_IPv6addr with the prefix length. */
function addressOption(written: string): Buffer {
  const [address = '', prefix] = written.split('/');
  const bytes = addressBytes(address);
  const bits = Number(prefix ?? bytes.length * 8);
  if (!(bits >= 0 && bits <= bytes.length * 8)) throw new DbgError(`not an address of an interface: ${written}`);
  if (bytes.length === 16) return option(5, Buffer.concat([bytes, Buffer.of(bits)]));
  const mask = Buffer.alloc(4);
  mask.writeUInt32BE(2 ** 32 - 2 ** (32 - bits));
  return option(4, Buffer.concat([bytes, mask]));
}

/**
 * One packet of an interface. The number of the interface, and whether timestamps are in
 * nanoseconds, are those of its description.
 */
export function enhancedPacket(interfaceId: number, packet: Packet, nanoseconds: boolean): Buffer {
  const { data } = packet;
  const padded = padding(data.length) + data.length;
  const bytes = Buffer.allocUnsafe(32 + padded);
  bytes.writeUInt32LE(0, 24 + padded); // zeros for the padding; the data is written over the rest
  bytes.writeUInt32LE(ENHANCED_PACKET, 0);
  bytes.writeUInt32LE(bytes.length, 4);
  bytes.writeUInt32LE(interfaceId, 8);
  writeTime(bytes, 12, packet, nanoseconds);
  bytes.writeUInt32LE(data.length, 20);
  bytes.writeUInt32LE(packet.originalLength, 24);
  bytes.set(data, 28);
  bytes.writeUInt32LE(bytes.length, 28 + padded);
  return bytes;
}

/**
 * The names of addresses, for a person who reads the file elsewhere. A file may hold several such
 * blocks. Of several names for an address, Wireshark 4.0 shows the last one. Names that do not fit
 * into a record are left out. Throws a DbgError for an address that is none.
 */
export function nameResolution(names: ReadonlyMap<string, readonly string[]>): Buffer {
  const records = [...names].flatMap(([address, all]) => nameRecord(address, all));
  return block(NAME_RESOLUTION, [...records, END, END]); // the end of the records, and of the options
}

function nameRecord(address: string, names: readonly string[]): Buffer[] {
  const bytes = addressBytes(address);
  let value: Buffer = bytes;
  for (const name of names) {
    // A NUL ends a name. Within a name, it would make two of it.
    const longer = Buffer.concat([value, Buffer.from(`${escapeControls(name.replaceAll('\0', ''))}\0`)]);
    if (longer.length > LONGEST_VALUE) break;
    if (longer.length > value.length + 1) value = longer;
  }
  return value === bytes ? [] : [option(bytes.length === 4 ? 1 : 2, value)];
}

/**
 * What an interface has counted, at the end of its capture. `start` and `end` are in ms since the
 * epoch.
 */
export function interfaceStatistics(
  interfaceId: number,
  of: {
    nanoseconds: boolean;
    start: number;
    end: number;
    /** packets that the interface received */
    received?: number;
    /** packets that passed the filter */
    accepted?: number;
    /** packets that the kernel dropped, as its buffer was full */
    dropped?: number;
  },
): Buffer {
  const fixed = Buffer.alloc(12);
  fixed.writeUInt32LE(interfaceId, 0);
  time(of.end, of.nanoseconds).copy(fixed, 4);
  return block(INTERFACE_STATISTICS, [
    fixed,
    option(2, time(of.start, of.nanoseconds)),
    option(3, time(of.end, of.nanoseconds)),
    ...count(4, of.received),
    ...count(6, of.accepted),
    // isb_ifdrop: dumpcap writes the kernel's drops to this option, and Wireshark shows it.
    ...count(5, of.dropped),
    END,
  ]);
}
