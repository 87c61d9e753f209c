import type { Kept } from './kept.ts';
import { followCalls, type Call } from '../wire/calls/call.ts';
import type { WireListener, WireEvent } from '../wire/calls/wire-events.ts';
import type { Names } from '../wire/calls/container-names.ts';
import { detailOf, type Detail } from './detail.ts';
import { lanes } from './lanes.ts';
import { pieceReader, type Piece } from './pieces.ts';
import { rowOf, type Row } from './row.ts';

/**
 * The calls of a session that are kept for pages that open later: the last ones, with a bounded
 * part of what they carried.
 */
export interface History {
  readonly onEvent: WireListener;
  row(call: number): Row | undefined;
  /** the oldest first */
  rows(): Row[];
  /** how many calls are not kept any more */
  gone(): number;
  /** what is kept of a call */
  kept(call: number): Kept | undefined;
  /** the numbers of the calls that are kept, the oldest first */
  numbers(): number[];
  /** What is kept of a call, with its pieces from number `from` on. undefined: it is not kept. */
  detail(call: number, from: number): Detail | undefined;
}

export interface HistoryOptions {
  readonly names: Names;
  /** called with a call's number after each change of its row */
  readonly changed: (call: number) => void;
  readonly most?: Partial<Bounds>;
}

export interface Bounds {
  readonly calls: number;
  /** of all calls together */
  readonly bytes: number;
  /** of one call: of a body its beginning is kept, of a stream its end */
  readonly bytesOfOne: number;
}

export const MOST: Bounds = { calls: 2000, bytes: 64e6, bytesOfOne: 4e6 };

/**
 * How many bytes of memory a piece counts for, besides its own. Without these, a sender of single
 * bytes could fill the memory.
 */
const PIECE_COST = 256;

export function history({ names, changed, most }: HistoryOptions): History {
  const bounds = { ...MOST, ...most };
  const calls = new Map<number, Kept>();
  /** calls that have pieces: the one that began first to have pieces is the first to lose them */
  const holders = new Set<Kept>();
  const lane = lanes();
  let total = 0;
  let newest = 0;
  let gone = 0;

  function begin(call: Call): Kept {
    const kept: Kept = {
      call,
      lane: lane.of(call.connection),
      read: pieceReader((piece) => keep(kept, piece)),
      pieces: [],
      dropped: 0,
      leftOut: { client: 0, engine: 0 },
      cost: 0,
    };
    newest = call.number;
    calls.set(call.number, kept);
    if (calls.size > bounds.calls) forget();
    return kept;
  }

  /** Forgets the oldest call that has ended. Where all are open, forgets the oldest of them. */
  function forget(): void {
    let oldest: Kept | undefined;
    for (const each of calls.values()) {
      oldest ??= each;
      if (each.call.endedAt === undefined) continue;
      oldest = each;
      break;
    }
    if (!oldest) return;
    drop(oldest, oldest.pieces.length);
    calls.delete(oldest.call.number);
    gone++;
  }

  function drop(kept: Kept, count: number): void {
    for (const piece of kept.pieces.splice(0, count)) {
      kept.dropped++;
      kept.leftOut[piece.from] += piece.data.length;
      kept.cost -= costOf(piece);
      total -= costOf(piece);
    }
    if (kept.pieces.length === 0) holders.delete(kept);
  }

  function keep(kept: Kept, piece: Piece): void {
    if (kept.cost + costOf(piece) > bounds.bytesOfOne) {
      if (piece.stream === 'body') {
        kept.leftOut[piece.from] += piece.data.length;
        return;
      }
      // Of a stream, the end is kept. Half of its pieces go at once: if one went for each piece
      // that comes, each would move all the others.
      drop(kept, Math.ceil(kept.pieces.length / 2));
    }
    kept.pieces.push(piece);
    kept.cost += costOf(piece);
    total += costOf(piece);
    holders.add(kept);
    while (total > bounds.bytes && holders.size > 0) {
      const [first] = holders;
      drop(first!, first!.pieces.length);
    }
  }

  function follow(call: Call, event: WireEvent): void {
    // Calls are numbered as they begin. A call that is neither known nor new was forgotten, and
    // stays forgotten.
    const kept = calls.get(call.number) ?? (call.number > newest ? begin(call) : undefined);
    if (!kept) return;
    kept.read(call, event);
    if (event.type === 'request' || call.endedAt !== undefined) {
      names.learn(call);
      void names.settled()?.then(() => changed(call.number));
    }
    // The kept JSON may be 2 MB long, and only names needed it.
    if (call.endedAt !== undefined) call.sent.kept = call.received.kept = undefined;
    changed(call.number);
  }

  const followed = followCalls(follow);
  const show = (kept: Kept) =>
    rowOf(kept.call, {
      lane: kept.lane,
      subject: names.of(kept.call),
      pieces: kept.dropped + kept.pieces.length,
    });

  return {
    onEvent: (event) => {
      if (event.type === 'open') lane.of(event.connection);
      followed(event);
      if (event.type === 'close') lane.free(event.connection);
      if (event.type !== 'peer') return;
      for (const { call } of calls.values()) if (call.connection === event.connection) changed(call.number);
    },
    row: (call) => {
      const kept = calls.get(call);
      return kept && show(kept);
    },
    rows: () => [...calls.values()].map(show),
    gone: () => gone,
    kept: (call) => calls.get(call),
    numbers: () => [...calls.keys()],
    detail: (call, from) => {
      const kept = calls.get(call);
      return kept && detailOf(kept, show(kept), from);
    },
  };
}

const costOf = ({ data }: Piece) => data.length + PIECE_COST;
