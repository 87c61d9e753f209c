import { followCalls, type Call } from '../wire/calls/call.ts';
import type { WireListener } from '../wire/calls/wire-events.ts';

/** A body, or one direction of a stream, as far as it was recorded. */
export interface Content {
  readonly pieces: Buffer[];
  /** bytes that were not recorded */
  missing: number;
  /** the digest of the whole body, where its end is missing */
  digest: string | undefined;
}

/** A call with all that it carried. */
export interface WholeCall {
  readonly call: Call;
  /** the request's body */
  readonly sent: Content;
  /** what the client sent on the stream that the call became */
  readonly typed: Content;
  readonly received: Content;
  /** what the frames of `received` carried, where it came in frames and these are not kept */
  readonly said?: Content;
  /** when the request had been sent */
  sentAt: number | undefined;
}

/** Gathers the calls that `wants` accepts, and gives each when it has ended. */
export function wholeCalls(
  onEvent: (whole: WholeCall) => void,
  wants: (call: Call) => boolean = () => true,
): WireListener {
  const open = new Map<Call, WholeCall>();
  return followCalls((call, event) => {
    if (!wants(call)) return;
    let whole = open.get(call);
    if (!whole) open.set(call, (whole = { call, sent: none(), typed: none(), received: none(), sentAt: undefined }));
    if (event.type === 'data' || event.type === 'omitted') {
      const isStream = call.protocol !== undefined;
      const to = event.from === 'engine' ? whole.received : isStream ? whole.typed : whole.sent;
      if (event.type === 'data') to.pieces.push(event.data);
      else to.missing += event.bytes;
      to.digest = event.type === 'omitted' ? event.digest : undefined;
    }
    if (event.type === 'end' && event.from === 'client') whole.sentAt ??= event.time;
    if (call.endedAt === undefined) return;
    open.delete(call);
    onEvent(whole);
  });
}

const none = (): Content => ({ pieces: [], missing: 0, digest: undefined });
