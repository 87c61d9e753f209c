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
  /** how many pieces were kept and then dropped, the first ones first */
  dropped: number;
  /** how many bytes are not kept, by the side that sent them */
  readonly leftOut: Record<Side, number>;
  /** how many bytes of memory the pieces count for */
  cost: number;
}
