import { followCalls, type Call } from '../../wire/calls/call.ts';
import type { WireListener, WireEvent } from '../../wire/calls/wire-events.ts';
import { RECORDING_ENDS } from '../read-recording.ts';
import type { RequestHead, ResponseHead } from '../../wire/http/http-head.ts';

/** What the engine did in a call, and when. */
export interface Step {
  /** milliseconds since what the engine or the client did before it in this call */
  readonly delay: number;
  /** how much the client had sent on the stream by then; undefined: the call is no stream yet */
  readonly typed: { readonly bytes: number; readonly hasEnded: boolean } | undefined;
  readonly does:
    | { readonly kind: 'head'; readonly head: ResponseHead }
    | { readonly kind: 'data'; readonly data: Buffer }
    | { readonly kind: 'end' }
    /** the engine, or something between, broke off */
    | { readonly kind: 'cut' };
}

/** A call of a recording, as it can be played again. */
export interface RecordedCall {
  readonly number: number;
  readonly request: RequestHead;
  readonly body: Buffer;
  /** the digest of a request's body that is not recorded whole */
  readonly bodyDigest: string | undefined;
  readonly steps: readonly Step[];
  /** bytes of the answer that are not recorded */
  readonly missing: number;
  /**
   * The client left before the answer was whole. A client that asks again is answered so far; then
   * dbg waits until it leaves.
   */
  readonly isLeft: boolean;
}

interface Building {
  readonly body: Buffer[];
  bodyDigest: string | undefined;
  readonly steps: Step[];
  missing: number;
  last: number;
  typed: { bytes: number; hasEnded: boolean } | undefined;
  isLeft: boolean;
  /**
   * how many steps there were when the client had finished sending; undefined: it had not, or the
   * call was a stream by then
   */
  atClientEnd: number | undefined;
}

/** Gathers the calls of a recording, in the order in which they were asked. */
export function loadCalls(): { onEvent: WireListener; calls(): RecordedCall[] } {
  const building = new Map<Call, Building>();
  /** the latest call of each connection */
  const latest = new Map<number, Building>();
  const follow = followCalls((call, event) => {
    let to = building.get(call);
    if (!to) {
      to = newBuilding(event.time);
      building.set(call, to);
    }
    latest.set(call.connection, to);
    take(to, call, event);
  });
  return {
    onEvent: (event) => {
      const to = latest.get(event.connection);
      if (event.type === 'client-end' && to && !to.typed) to.atClientEnd = to.steps.length;
      follow(event);
      if (event.type !== 'close') return;
      latest.delete(event.connection);
      // The client was gone. What the engine did from then on, it did because of that (`logs -f`
      // ended, `wait` said "context canceled"): these steps are taken out.
      if (to?.atClientEnd === undefined || event.first !== 'client' || !isGone(event.error)) return;
      to.isLeft = to.steps.splice(to.atClientEnd).length > 0;
    },
    calls: () =>
      [...building].flatMap(([{ number, request }, { body, bodyDigest, steps, missing, isLeft }]) =>
        request ? [{ number, request, body: Buffer.concat(body), bodyDigest, steps, missing, isLeft }] : [],
      ),
  };
}

const isGone = (error: string | undefined) => error !== undefined && error !== RECORDING_ENDS;

const newBuilding = (time: number): Building => ({
  body: [],
  bodyDigest: undefined,
  steps: [],
  missing: 0,
  last: time,
  typed: undefined,
  isLeft: false,
  atClientEnd: undefined,
});

function take(to: Building, call: Call, event: WireEvent): void {
  const step = (does: Step['does']) => {
    to.steps.push({ delay: Math.max(0, event.time - to.last), typed: to.typed && { ...to.typed }, does });
    to.last = event.time;
  };
  switch (event.type) {
    case 'response':
      return step({ kind: 'head', head: event.head });
    case 'stream':
      to.typed = { bytes: 0, hasEnded: false };
      return;
    case 'data':
      if (event.from === 'engine') return step({ kind: 'data', data: event.data });
      if (to.typed) to.typed.bytes += event.data.length;
      else to.body.push(event.data);
      to.last = event.time;
      return;
    case 'omitted':
      if (event.from === 'engine') to.missing += event.bytes;
      else if (to.typed) to.typed.bytes += event.bytes;
      else to.bodyDigest = event.digest;
      return;
    case 'end':
      if (event.from === 'engine') return step({ kind: 'end' });
      if (to.typed) to.typed.hasEnded = true;
      to.last = event.time;
      return;
    case 'close':
      // A call gets no `cut` where the client left it, or where the recording ends: then it goes on
      // for a client that stays.
      if (event.first === 'engine' && event.error !== RECORDING_ENDS && !call.received.isOver) step({ kind: 'cut' });
      return;
    default:
  }
}
