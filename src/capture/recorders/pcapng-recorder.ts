import { type Files, type FileWish, type Format, openCapture } from './capture-file.ts';
import type { Counts } from '../taps/counts.ts';
import { merge } from '../formats/merge.ts';
import { MOST_WAITING } from './pcap-recorder.ts';
import { type Packet, packetsIn, pcapReader, type PcapHeader } from '../formats/pcap.ts';
import { enhancedPacket, interfaceDescription, interfaceStatistics, nameResolution } from '../formats/pcapng.ts';
import type { Described, CapturePoint } from '../capture-point.ts';
import type { Recorder } from './recorder.ts';

export interface PcapngWish extends FileWish {
  /** the section header, with which each file begins */
  readonly section: Buffer;
  /** address → names of the containers that have it, as far as they are known */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** the filter for tcpdump, as it was typed */
  readonly filter: string;
  /** the capture is over when it has this many packets */
  readonly count: number | undefined;
  /**
   * Gives the interfaces to which a packet of a place belongs, when they are not the place's own:
   * see src/capture/recorders/sort-frames.ts.
   */
  readonly sort?: (place: CapturePoint, header: PcapHeader, packet: Packet) => readonly number[];
}

/** A packet with the number of its interface, which is undefined until the packet is sorted. */
interface Seen extends Packet {
  readonly on: number | undefined;
  readonly place: CapturePoint;
  readonly header: PcapHeader;
}

/** A recorder to which interfaces, names and sorted packets can be added while it runs. */
export interface PcapngRecorder extends Recorder {
  /** Adds an interface, and returns its number. */
  describe(place: Described, header: PcapHeader): number;
  /** Adds names of addresses that were not known when the file began. */
  name(names: ReadonlyMap<string, readonly string[]>): void;
  /** Writes packets of known interfaces. */
  put(packets: readonly (Packet & { readonly on: number })[]): void;
}

/**
 * How long a packet waits for an earlier one of another place. Without immediate mode the kernel
 * keeps packets of a quiet wire for a second (src/capture/tcpdump-argv.ts).
 */
const HOLD_MS = { live: 250, file: 1_500 };
/**
 * The link type of a capture on all devices. The header before each packet holds the index of the
 * packet's device (draft-ietf-opsawg-pcaplinktype).
 */
const LINUX_SLL2 = 276;
/** tcpdump's own snap length, which it takes when it is told none */
const MOST_SNAP_LENGTH = 262_144;
/** How many bytes of packets are held for sorting by time. Beyond that they go out at once. */
const MOST_HELD = 64e6;

/** Records the captures of all taps into one pcapng file, in time order. */
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
  /** Writes what goes before the packets. The section header is its first part. */
  function begin(part: Buffer): void {
    if (!hasBegun) file.begin(wish.section);
    hasBegun = true;
    if (part.length > 0) file.begin(part);
  }
  let untold = [wish.names];
  /**
   * Writes the names, after the interfaces that are known by then. The programs that write files
   * with Wireshark's library (editcap, mergecap, "save as") refuse a file with another block before
   * its first interface: wiretap looks for interfaces only up to that block, and knows no link type
   * without one.
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
  /** Writes packets that may go out by now, each on the interfaces that it belongs to. */
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
    // All interfaces get one snap length, because libpcap reads no file whose interfaces differ in
    // it. The value is only an upper bound for the length of a packet.
    const snapLength = Math.max(header.snapLength, MOST_SNAP_LENGTH);
    begin(interfaceDescription({ ...place, ...header, snapLength, filter: wish.filter }));
    return nanoseconds.push(header.nanoseconds) - 1;
  }
  /**
   * The statistics of an interface. The kernel counts drops by tap, not by interface. So each
   * interface of a tap on all devices gets the same number of drops.
   */
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
          // An interface on which nothing is seen is part of the capture too. And tcpdump and
          // editcap read no file without an interface.
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

/** The block type of an enhanced packet (draft-ietf-opsawg-pcapng). */
const ENHANCED_PACKET = 6;

const FORMAT: Format = {
  cut: (part, limit) => blocks(part, limit).length,
  count: (part) => blocks(part, Infinity).packets,
};

/**
 * The whole blocks that are at most `limit` bytes together: their length, and how many of them are
 * packets.
 */
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
