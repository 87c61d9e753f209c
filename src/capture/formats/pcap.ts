import { DbgError } from '../../errors.ts';

/** The file header of a capture (draft-ietf-opsawg-pcap, 4). */
export interface PcapHeader {
  /** LINKTYPE_…, without the other values of its field */
  readonly linkType: number;
  /** in bytes: the most that is kept of a packet */
  readonly snapLength: number;
  readonly nanoseconds: boolean;
  readonly littleEndian: boolean;
  /** the 24 bytes of the header as they came */
  readonly bytes: Buffer;
}

export interface Packet {
  /** since the epoch */
  readonly seconds: number;
  /** of that second; in whole microseconds when the capture keeps no more */
  readonly nanoseconds: number;
  /** length on the wire in bytes; `data` is shorter when the snap length cut the packet */
  readonly originalLength: number;
  readonly data: Buffer;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
// tcpdump takes no snap length above 262144 (MAXIMUM_SNAPLEN), whatever the header says. A longer
// record is none.
const LONGEST_RECORD = 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Reads what `tcpdump -w -` writes, in pieces that may be cut anywhere. The reader gives whole
 * records only: a record that is torn at the end of a piece waits for the next piece. A piece is
 * copied only when it continues a torn record. Otherwise the records are parts of the piece, so
 * nobody may change a piece. `push` throws a DbgError when the bytes are no capture; the reader
 * cannot be used after that.
 */
export function pcapReader(): {
  header(): PcapHeader | undefined;
  /** The bytes of the whole records that this piece completes; empty when there are none. */
  push(piece: Buffer): Buffer;
  /** How many bytes there are of a record, or of the file header, that is not whole yet. */
  pending(): number;
} {
  let header: PcapHeader | undefined;
  let torn: Buffer[] = [];
  let pending = 0;
  // With fewer bytes than this, nothing can be whole. So many small pieces are joined once, not one
  // by one.
  let needed = FILE_HEADER;

  const keep = (piece: Buffer): Buffer => {
    if (piece.length > 0) torn.push(piece);
    pending += piece.length;
    return NOTHING;
  };

  const push = (piece: Buffer): Buffer => {
    if (pending + piece.length < needed) return keep(piece);
    let bytes = pending === 0 ? piece : Buffer.concat([...torn, piece], pending + piece.length);
    if (header === undefined) {
      header = readHeader(bytes.subarray(0, FILE_HEADER));
      bytes = bytes.subarray(FILE_HEADER);
    }
    const end = wholeRecords(bytes, header, bytes.length, Infinity);
    torn = [];
    pending = 0;
    keep(bytes.subarray(end));
    needed = pending < RECORD_HEADER ? RECORD_HEADER : recordLength(bytes, end, header.littleEndian);
    return bytes.subarray(0, end);
  };
  return { header: () => header, push, pending: () => pending };
}

function readHeader(bytes: Buffer): PcapHeader {
  const littleEndian = bytes[0] === 0xd4 || bytes[0] === 0x4d;
  const magic = uint32(bytes, 0, littleEndian);
  const nanoseconds = magic === 0xa1b23c4d;
  // Before version 2.4 the two lengths of a record could be in the other order. 2.4 is from 1998.
  const version = uint32(bytes, 4, littleEndian) === (littleEndian ? 0x00040002 : 0x00020004);
  if (!version || (magic !== 0xa1b2c3d4 && !nanoseconds)) {
    throw new DbgError(`tcpdump wrote no capture that dbg can read: it begins with ${bytes.toString('hex', 0, 8)}`);
  }
  return {
    // The upper half of the field says whether packets end with a frame check sequence, and its
    // length.
    linkType: uint32(bytes, 20, littleEndian) % 0x10000,
    snapLength: uint32(bytes, 16, littleEndian),
    nanoseconds,
    littleEndian,
    bytes: Buffer.from(bytes),
  };
}

/**
 * The packets of whole records, as pcapReader gives them. Their data are parts of `records`, not
 * copies.
 */
export function packetsIn(records: Buffer, { littleEndian, nanoseconds }: PcapHeader): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < records.length;) {
    const end = at + recordLength(records, at, littleEndian);
    packets.push({
      seconds: uint32(records, at, littleEndian),
      nanoseconds: uint32(records, at + 4, littleEndian) * (nanoseconds ? 1 : 1000),
      originalLength: uint32(records, at + 12, littleEndian),
      data: records.subarray(at + RECORD_HEADER, end),
    });
    at = end;
  }
  return packets;
}

/** How many whole records these bytes are. */
export function countRecords(records: Buffer, { littleEndian }: PcapHeader): number {
  let count = 0;
  for (let at = 0; at < records.length; at += recordLength(records, at, littleEndian)) count++;
  return count;
}

/** How many of these bytes are whole records that are at most `limit` bytes together. */
export function fitting(records: Buffer, header: PcapHeader, limit: number): number {
  return wholeRecords(records, header, Math.min(limit, records.length), Infinity);
}

/**
 * How many of these bytes are the first `count` records. When there are fewer, all whole records
 * count.
 */
export function firstRecords(records: Buffer, header: PcapHeader, count: number): number {
  return wholeRecords(records, header, records.length, count);
}

/**
 * The end of the last of at most `count` whole records before `limit`. It makes no objects, because
 * it is called for every packet.
 */
function wholeRecords(bytes: Buffer, { littleEndian }: PcapHeader, limit: number, count: number): number {
  let at = 0;
  for (let seen = 0; seen < count && at + RECORD_HEADER <= limit; seen++) {
    const end = at + recordLength(bytes, at, littleEndian);
    if (end > limit) break;
    at = end;
  }
  return at;
}

/**
 * The length of a record in bytes, header and data. Throws a DbgError when no packet can be so
 * long.
 */
function recordLength(bytes: Buffer, at: number, littleEndian: boolean): number {
  const length = uint32(bytes, at + 8, littleEndian);
  if (length > LONGEST_RECORD) throw new DbgError(`the capture is damaged: a packet of ${length} bytes`);
  return RECORD_HEADER + length;
}

function uint32(bytes: Buffer, at: number, littleEndian: boolean): number {
  return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}
