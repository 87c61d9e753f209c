import { type Files, type FileWish, type Format, openCapture } from './capture-file.ts';
import type { Counts } from '../taps/counts.ts';
import { merge } from '../formats/merge.ts';
import { MOST_WAITING } from './pcap-recorder.ts';
import { type Packet, packetsIn, pcapReader, type PcapHeader } from '../formats/pcap.ts';
import { enhancedPacket, interfaceDescription, interfaceStatistics, nameResolution } from '../formats/pcapng.ts';
import type { Described, CapturePoint } from '../capture-point.ts';
import type { Recorder } from './recorder.ts';

export interface PcapngWish extends FileWish {
  /** the section header, which each file begins with */
  readonly section: Buffer;
  /** whose an address is, as far as it is known */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** of tcpdump, as it was typed */
  readonly filter: string;
  /** packets after which the capture is over */
  readonly count: number | undefined;
  /**
   * On which interfaces packets of a place belong, when those are not the place's own: see
   * src/capture/recorders/sort-frames.ts.
   */
  readonly sort?: (place: CapturePoint, header: PcapHeader, packet: Packet) => readonly number[];
}

/** A packet with the interface it is written to; undefined until it is sorted. */
interface Seen extends Packet {
  readonly on: number | undefined;
  readonly place: CapturePoint;
  readonly header: PcapHeader;
}

export interface PcapngRecorder extends Recorder {
  /** Makes an interface: gives its number. */
  describe(place: Described, header: PcapHeader): number;
  /** Says whose addresses are, which nobody knew when the file began. */
  name(names: ReadonlyMap<string, readonly string[]>): void;
  /** Writes packets of known interfaces. */
  put(packets: readonly (Packet & { readonly on: number })[]): void;
}

/**
 * How long a packet waits for an earlier one of another place. Without immediate mode the kernel keeps packets of a quiet wire for a
 * second (src/capture/tcpdump-argv.ts).
 */
const HOLD_MS = { live: 250, file: 1_500 };
/** Link type of a capture on all devices: each packet begins with the index of its own (draft-ietf-opsawg-pcaplinktype). */
const LINUX_SLL2 = 276;
/** tcpdump's own, where it is told none. */
const MOST_SNAP_LENGTH = 262_144;
/** Of held packets, in bytes: more go out as they are. */
const MOST_HELD = 64e6;

export async function pcapngRecorder(files: Files, wish: PcapngWish): Promise<PcapngRecorder> {
  const isLive = wish.path === '-';
  const begun = files.now();
  const nanoseconds: boolean[] = [];
  const statistics: Buffer[] = [];
  const file = await openCapture(files, wish, FORMAT);
  const order = merge<Seen>(isLive ? HOLD_MS.live : HOLD_MS.file);
  let heldBytes = 0;
  let packets = 0;
  let onEvent: Parameters<Recorder['onEnding']>[0] = () => undefined;
  file.onEnding((ending) => onEvent(ending));

  let hasBegun = false;
  /** Writes to the file, whose first part is the section header. */
  function begin(part: Buffer): void {
    if (!hasBegun) file.begin(wish.section);
    hasBegun = true;
    if (part.length > 0) file.begin(part);
  }
  let untold = [wish.names];
  /**
   * Writes the names, behind the interfaces that are known by then. Wireshark's writers (editcap, mergecap, "save as") refuse a file
   * with another block before its first interface: wiretap looks for interfaces up to there, and knows no link type without one.
   */
  function tellNames(): void {
    for (const names of untold) begin(nameResolution(names));
    untold = [];
  }
  function put(seen: readonly (Packet & { readonly on: number })[]): void {
    const wanted = wish.count === undefined ? seen : seen.slice(0, Math.max(0, wish.count - packets));
    if (wanted.length === 0) return;
    packets += wanted.length;
    tellNames();
    file.write(Buffer.concat(wanted.map((packet) => enhancedPacket(packet.on, packet, nanoseconds[packet.on]!))));
    if (packets === wish.count) onEvent({ kind: 'full' });
  }
  /** What may go out by now. */
  function release(seen: readonly Seen[]): void {
    for (const { data } of seen) heldBytes -= data.length;
    put(
      seen.flatMap(({ on, place, header, ...packet }) => {
        const interfaces = on === undefined ? (wish.sort?.(place, header, packet) ?? []) : [on];
        return interfaces.map((each) => ({ ...packet, on: each }));
      }),
    );
  }
  function describe(place: Described, header: PcapHeader): number {
    // libpcap reads no file whose interfaces differ in this. It is only the most that a packet can be.
    const snapLength = Math.max(header.snapLength, MOST_SNAP_LENGTH);
    begin(interfaceDescription({ ...place, ...header, snapLength, filter: wish.filter }));
    return nanoseconds.push(header.nanoseconds) - 1;
  }
  /** The kernel drops by tap, not by interface: each interface of a tap on all of them is told of the same drops. */
  function statisticsOf(id: number, received: number, { dropped }: Counts): Buffer {
    const times = { nanoseconds: nanoseconds[id]!, start: begun, end: files.now() };
    return interfaceStatistics(id, { ...times, received, dropped });
  }

  return {
    describe,
    name: (names) => void untold.push(names),
    put,
    paths: file.paths,
    isLive,
    as: 'packets',
    begin: (place) => {
      const reader = pcapReader();
      const source = order.add();
      const ids = new Map<number, number>();
      const received = new Map<number, number>();
      const interfaceAt = (header: PcapHeader, ifindex: number): number => {
        const id = ids.get(ifindex) ?? describe(place.interfaceOf?.(ifindex) ?? place, header);
        ids.set(ifindex, id);
        return id;
      };
      const interfaceOf = (header: PcapHeader, { data }: Packet): number => {
        const id = interfaceAt(header, place.interfaceOf && header.linkType === LINUX_SLL2 ? data.readUInt32BE(4) : 0);
        received.set(id, (received.get(id) ?? 0) + 1);
        return id;
      };
      return {
        data: (piece) => {
          const records = reader.push(piece);
          const header = reader.header();
          if (header === undefined) return;
          // One on which nothing is seen is part of the capture too; and tcpdump and editcap read no file that has none.
          if (ids.size === 0) for (const index of place.indexes ?? [0]) interfaceAt(header, index);
          const seen = packetsIn(records, header).map((packet): Seen => {
            const on = interfaceOf(header, packet);
            return { ...packet, on: wish.sort ? undefined : on, place, header };
          });
          for (const { data } of seen) heldBytes += data.length;
          order.push(source, seen, files.now());
          release(heldBytes > MOST_HELD ? order.flush() : order.take(files.now()));
        },
        end: (counts) => {
          order.end(source);
          for (const id of ids.values()) statistics.push(statisticsOf(id, received.get(id) ?? 0, counts));
        },
      };
    },
    begun: () => begin(NOTHING),
    isBehind: () => file.waiting() > MOST_WAITING,
    tick: () => release(order.take(files.now())),
    onEnding: (listener) => (onEvent = listener),
    written: file.written,
    late: order.late,
    finish: async () => {
      release(order.flush());
      if (nanoseconds.length > 0) tellNames();
      if (statistics.length > 0) file.write(Buffer.concat(statistics));
      await file.close();
    },
  };
}

const NOTHING = Buffer.alloc(0);

/** Block type of an enhanced packet, and where a block says its length (draft-ietf-opsawg-pcapng). */
const ENHANCED_PACKET = 6;

const FORMAT: Format = {
  cut: (part, limit) => blocks(part, limit).length,
  count: (part) => blocks(part, Infinity).packets,
};

/** Whole blocks that together are at most `limit` bytes: how long they are, and how many of them are packets. */
function blocks(part: Buffer, limit: number): { length: number; packets: number } {
  let [at, packets] = [0, 0];
  while (at + 8 <= part.length) {
    const next = at + part.readUInt32LE(at + 4);
    if (next > part.length || next > limit) break;
    if (part.readUInt32LE(at) === ENHANCED_PACKET) packets++;
    at = next;
  }
  return { length: at, packets };
}
