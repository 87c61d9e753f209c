import { type Headers, readHeaders } from '../formats/headers.ts';
import { type Packet, packetsIn, pcapReader } from '../formats/pcap.ts';
import type { CapturePoint } from '../capture-point.ts';
import type { Recorder } from './recorder.ts';

/** The addresses and the port whose packets are looked for. */
export interface WantedPackets {
  readonly addresses: readonly string[];
  readonly port: number | undefined;
}

/** A packet, and the places at which it was seen. */
export interface Passage {
  readonly direction: 'to' | 'from';
  /** when the packet was first seen, in ms since the epoch */
  readonly time: number;
  readonly summary: string;
  readonly seen: readonly CapturePoint[];
  /**
   * the first place on the packet's way that it did not reach; undefined when it passed all of them
   */
  readonly missingFrom: CapturePoint | undefined;
}

/** A recorder that follows each packet over several places. */
export interface WhereRecorder extends Recorder {
  /**
   * The packets in time order. `isWhole`: none was left out for lack of memory. `dropped`: how many
   * packets the kernel dropped; these look as if they had vanished.
   */
  result(): { readonly passages: readonly Passage[]; readonly isWhole: boolean; readonly dropped: number };
}

const MOST_PACKETS = 100_000;

/** @param way the places in the order in which a packet to what is wanted passes them */
export function whereRecorder(way: readonly CapturePoint[], wanted: WantedPackets, now: () => number): WhereRecorder {
  const sights = new Map<
    string,
    { headers: Headers; direction: 'to' | 'from'; time: number; seen: Set<CapturePoint> }
  >();
  let window = { from: Infinity, to: Infinity };
  let packets = 0;
  let isWhole = true;
  let dropped = 0;

  function note(place: CapturePoint, repeats: Map<string, number>, linkType: number, packet: Packet): void {
    const headers = readHeaders(linkType, packet.data);
    const direction = headers && directionOf(headers, wanted);
    if (!headers || !direction) return;
    packets++;
    // A retransmission looks the same. The second sight of a packet here belongs to the second
    // sight at every other place.
    const turn = (repeats.get(`${direction} ${headers.identity}`) ?? 0) + 1;
    const key = `${direction} ${headers.identity} ${turn}`;
    const time = packet.seconds * 1000 + packet.nanoseconds / 1e6;
    const known = sights.get(key);
    if (!known && sights.size >= MOST_PACKETS) {
      isWhole = false;
      return;
    }
    repeats.set(`${direction} ${headers.identity}`, turn);
    if (known) {
      known.seen.add(place);
      known.time = Math.min(known.time, time);
    } else sights.set(key, { headers, direction, time, seen: new Set([place]) });
  }

  return {
    isLive: false,
    as: 'packets',
    begin: (place) => {
      const reader = pcapReader();
      const repeats = new Map<string, number>();
      return {
        data: (piece) => {
          const records = reader.push(piece);
          const header = reader.header();
          if (!header) return;
          for (const packet of packetsIn(records, header)) note(place, repeats, header.linkType, packet);
        },
        end: (counts) => void (dropped += counts.dropped),
      };
    },
    begun: () => (window = { ...window, from: now() }),
    stopping: () => (window = { ...window, to: Math.min(window.to, now() - IN_FLIGHT_MS) }),
    isBehind: () => false,
    tick: () => undefined,
    onEnding: () => undefined,
    written: () => ({ packets, bytes: 0 }),
    finish: async () => undefined,
    result: () => {
      const passages = [...sights.values()].map(({ headers, direction, time, seen }): Passage => {
        const order = direction === 'to' ? way : way.toReversed();
        return {
          direction,
          time,
          summary: headers.summary,
          seen: order.filter((place) => seen.has(place)),
          missingFrom: firstMissing(order, seen),
        };
      });
      // A packet can be missing only from places where somebody looked. So a packet that was not
      // seen everywhere counts only when all taps listened at its time.
      const sure = passages.filter(
        ({ seen, time }) => seen.length === way.length || (time >= window.from && time <= window.to),
      );
      return { passages: sure.toSorted((a, b) => a.time - b.time), isWhole, dropped };
    },
  };
}

/**
 * A packet passes a host in less time. A packet that was on its way when the taps were ended is not
 * missing.
 */
const IN_FLIGHT_MS = 20;

/**
 * The first place after the packet's first sight where it was not seen. Places before its first
 * sight are not on its way: a reset that the host sends begins at the bridge.
 */
function firstMissing(order: readonly CapturePoint[], seen: ReadonlySet<CapturePoint>): CapturePoint | undefined {
  const first = order.findIndex((place) => seen.has(place));
  return order.slice(first).find((place) => !seen.has(place));
}

/**
 * Whether a packet goes to or comes from the wanted end. Behind NAT only the other end may have
 * another address: the wanted one keeps its own.
 */
function directionOf(headers: Headers, { addresses, port }: WantedPackets): 'to' | 'from' | undefined {
  const fits = (address: string, itsPort: number | undefined) =>
    addresses.includes(address) && (port === undefined || itsPort === undefined || itsPort === port);
  if (fits(headers.destination, headers.destinationPort)) return 'to';
  return fits(headers.source, headers.sourcePort) ? 'from' : undefined;
}
