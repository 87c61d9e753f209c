import type { Side } from '../wire/http/exchange.ts';
import type { RequestHead, ResponseHead } from '../wire/http/http-head.ts';
import type { Kept } from './kept.ts';
import type { StreamName } from './pieces.ts';
import type { Row } from './row.ts';

/**
 * What the page shows of a call that was opened. `pieces` begin with the piece that was asked for.
 * `next` is the piece to ask for the next time.
 */
export interface Detail {
  readonly row: Row;
  readonly request: RequestHead | null;
  readonly response: ResponseHead | null;
  /** how many bytes of bodies and streams are not kept, because there were too many */
  readonly leftOut: number;
  readonly pieces: readonly ShownPiece[];
  readonly next: number;
  /** there are more pieces than are in this answer */
  readonly more: boolean;
}

export interface ShownPiece {
  readonly at: number;
  readonly from: Side;
  readonly stream: StreamName;
  readonly base64: string;
  readonly omitted?: { readonly bytes: number; readonly digest: string };
}

/** About how many bytes of pieces one answer has: while dbg makes it, the traffic waits. */
const MOST_BYTES = 512_000;

/** Gives the details of a call, with its pieces from number `from` on. */
export function detailOf({ call, pieces, dropped, leftOut }: Kept, row: Row, from: number): Detail {
  const first = Math.max(0, from - dropped);
  let end = first;
  for (let bytes = 0; end < pieces.length && bytes < MOST_BYTES; end++) bytes += pieces[end]!.data.length + 100;
  return {
    row,
    request: call.request ?? null,
    response: call.response ?? null,
    leftOut: leftOut.client + leftOut.engine,
    pieces: pieces.slice(first, end).map(({ data, ...piece }) => ({ ...piece, base64: data.toString('base64') })),
    next: dropped + end,
    more: end < pieces.length,
  };
}
