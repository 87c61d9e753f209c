import type { Packet, PcapHeader } from '../formats/pcap.ts';
import type { PcapngRecorder } from './pcapng-recorder.ts';
import type { CapturePoint } from '../capture-point.ts';

/**
 * A wire of one run of a container, by which frames on a shared device are told from those of
 * others.
 */
export interface Wire {
  readonly tap: CapturePoint;
  /** in lower case */
  readonly mac: string;
  /** the name of its interface in the capture */
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  readonly addresses: readonly string[];
}

/**
 * A run of a container. Frames between `from` and `until`, in ms since the epoch, may belong to it.
 */
interface Run {
  readonly wires: readonly Wire[];
  readonly from: number;
  until: number;
  /**
   * wire → time of the first frame that it sent; broadcasts and multicasts from before that did not
   * reach it
   */
  readonly begun: Map<Wire, number>;
  readonly interfaces: Map<Wire, number>;
}

/**
 * Sorts frames of shared devices to the runs of containers. Frames that came before their run was
 * known are sorted later.
 */
export interface Follow {
  /**
   * Gives the interfaces that a frame belongs to. It keeps a frame of no known run, and one for
   * many: a later `begin` may find its run.
   */
  sort(tap: CapturePoint, header: PcapHeader, packet: Packet): readonly number[];
  /**
   * Begins a run, whose frames since `from` are its own. Returns the function to call when the run
   * has ended.
   */
  begin(wires: readonly Wire[], from: number): (until: number) => void;
  /** The MAC addresses that have sent frames on a tap since a time and belong to no known run. */
  strangers(tap: CapturePoint, from: number): ReadonlySet<string>;
}

interface Stored {
  readonly tap: CapturePoint;
  readonly header: PcapHeader;
  readonly packet: Packet;
  readonly time: number;
}

/**
 * How long frames without an owner are kept, and how many bytes of them. The engine tells of a
 * start about 60 ms late.
 */
const KEPT = { milliseconds: 30_000, bytes: 32e6 };

/**
 * Makes the sorter of frames. `recorder` is a function, because the recorder is opened with the
 * sorter and so exists only later.
 */
export function follow(recorder: () => Pick<PcapngRecorder, 'describe' | 'put'>): Follow {
  const runs: Run[] = [];
  let stored: Stored[] = [];
  let bytes = 0;

  /**
   * The number of the interface of a run's wire. The interface is described with the first frame on
   * it.
   */
  function interfaceOf(run: Run, wire: Wire, header: PcapHeader): number {
    const known = run.interfaces.get(wire);
    if (known !== undefined) return known;
    const made = recorder().describe({ ...wire, mac: wire.mac }, header);
    run.interfaces.set(wire, made);
    return made;
  }
  function owners(run: Run, { tap, header, packet, time }: Stored): number[] {
    if (time < run.from || time > run.until) return [];
    return run.wires.flatMap((wire) => {
      if (wire.tap !== tap) return [];
      const { source, destination, isToMany } = ends(packet);
      const begun = run.begun.get(wire);
      if (source === wire.mac && begun === undefined) run.begun.set(wire, time);
      const isIts = source === wire.mac || destination === wire.mac || (isToMany && begun !== undefined);
      return isIts ? [interfaceOf(run, wire, header)] : [];
    });
  }
  function keep(frame: Stored): void {
    stored.push(frame);
    bytes += frame.packet.data.length;
    let gone = 0;
    while (gone < stored.length && (bytes > KEPT.bytes || stored[gone]!.time < frame.time - KEPT.milliseconds)) {
      bytes -= stored[gone++]!.packet.data.length;
    }
    if (gone > 0) stored = stored.slice(gone);
  }

  return {
    sort: (tap, header, packet) => {
      const frame = { tap, header, packet, time: packet.seconds * 1000 + packet.nanoseconds / 1e6 };
      const found = runs.flatMap((run) => owners(run, frame));
      // A frame for many may also belong to a run that is not known yet.
      if (found.length === 0 || ends(packet).isToMany) keep(frame);
      return found;
    },
    begin: (wires, from) => {
      const run: Run = { wires, from, until: Infinity, begun: new Map(), interfaces: new Map() };
      runs.push(run);
      recorder().put(stored.flatMap((frame) => owners(run, frame).map((on) => ({ ...frame.packet, on }))));
      return (until) => void (run.until = until);
    },
    strangers: (tap, from) => {
      const known = new Set(runs.flatMap(({ wires }) => wires.map(({ mac }) => mac)));
      const senders = stored.flatMap((frame) =>
        frame.tap === tap && frame.time >= from ? [ends(frame.packet).source] : [],
      );
      return new Set(senders.filter((mac) => !known.has(mac)));
    },
  };
}

/**
 * The two ends of an Ethernet frame. The first bit of the destination says whether the frame is for
 * many (IEEE 802.3).
 */
function ends({ data }: Packet) {
  const text = (at: number) =>
    data
      .subarray(at, at + 6)
      .toString('hex')
      .replace(/(..)(?!$)/g, '$1:');
  return { destination: text(0), source: text(6), isToMany: ((data[0] ?? 0) & 1) === 1 };
}
