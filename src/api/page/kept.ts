import type { Call } from '../wire/calls/call.ts';
import type { Piece } from './pieces.ts';
import type { Side } from '../wire/http/exchange.ts';
import type { WireEvent } from '../wire/calls/wire-events.ts';
/** A call with what is kept of it. */
export interface Kept {
  readonly call: Call;
  readonly lane: number;
  readonly read: (call: Call, event: WireEvent) => void;
  readonly pieces: Piece[];
  /** how many pieces there were before the first that is kept, or are not kept since */
  dropped: number;
  /** bytes that are not kept, by who sent them */
  readonly leftOut: Record<Side, number>;
  cost: number;
}
