import { type Headers, readHeaders } from '../formats/headers.ts';
import { type Packet, packetsIn, pcapReader } from '../formats/pcap.ts';
import type { CapturePoint } from '../capture-point.ts';
import type { Recorder } from './recorder.ts';

/** Whose packets are looked for. */
export interface WantedPackets {
  readonly addresses: readonly string[];
  readonly port: number | undefined;
}

/** A packet, and at which places it was seen. */
export interface Passage {
  readonly direction: 'to' | 'from';
  /** of its first sight, in ms since the epoch */
  readonly time: number;
  readonly summary: string;
  readonly seen: readonly CapturePoint[];
  /** the first place on its way that it did not come to; undefined: it came through */
  readonly missingFrom: CapturePoint | undefined;
}

/** A recorder that follows each packet over several places. */
export interface WhereRecorder extends Recorder {
  /** in the order of time; `isWhole` when none was left out for want of memory; how many the kernel dropped: they look as if they vanished */
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
    // A retransmission looks the same: the second one here is the second one everywhere.
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
      // What is not seen at a place where nobody looked yet, or no more, is not missing from there.
      const sure = passages.filter(
        ({ seen, time }) => seen.length === way.length || (time >= window.from && time <= window.to),
      );
      return { passages: sure.toSorted((a, b) => a.time - b.time), isWhole, dropped };
    },
  };
}

/** A packet passes a host in less; one that was on its way when the taps were ended is not missing. */
const IN_FLIGHT_MS = 20;

/** What is before the first place that saw it is not its way: a reset that the host sends begins at the bridge. */
function firstMissing(order: readonly CapturePoint[], seen: ReadonlySet<CapturePoint>): CapturePoint | undefined {
  const first = order.findIndex((place) => seen.has(place));
  return order.slice(first).find((place) => !seen.has(place));
}

/** Behind NAT the other end may have another address; the end that is asked for keeps its own. */
function directionOf(headers: Headers, { addresses, port }: WantedPackets): 'to' | 'from' | undefined {
  const fits = (address: string, itsPort: number | undefined) =>
    addresses.includes(address) && (port === undefined || itsPort === undefined || itsPort === port);
  if (fits(headers.destination, headers.destinationPort)) return 'to';
  return fits(headers.source, headers.sourcePort) ? 'from' : undefined;
}
