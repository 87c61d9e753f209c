import type { WireListener, WireEvent } from '../wire/calls/wire-events.ts';
import type { Side } from '../wire/http/exchange.ts';
import { operationOf } from '../wire/calls/operation.ts';
import { gmac, type Digest } from './digest.ts';

export interface Caps {
  /** how many bytes are kept of a body */
  readonly body: number;
  /**
   * how many bytes are kept, in each direction, of what flows for as long as somebody looks at it
   */
  readonly stream: number;
  /** Whether what comes now cannot be kept, because the disk is too slow. */
  isLate(): boolean;
  /**
   * Called for bytes that are left out: because they are over the cap (`isOverCap`), or because the
   * disk is too slow.
   */
  leftOut(bytes: number, isOverCap: boolean): void;
}

/** Operations that are answered, in ordinary HTTP, for as long as their client wants. */
const FLOWS = new Set(['ContainerLogs', 'ServiceLogs', 'TaskLogs', 'SystemEvents', 'ContainerStats']);

/** One direction of a call, since it began or since its last gap. */
interface Body {
  /** the digest of what came before `short` */
  digest: Digest | undefined;
  /** pieces that are not in the digest yet; a short body, as most are, needs no digest */
  short: Buffer[];
  shortBytes: number;
  kept: number;
  missing: number;
}

/** To begin a digest costs as much as to digest so many bytes. */
const SHORT_BYTES = 16_384;

function digestOf(body: Body): Digest {
  const digest = (body.digest ??= gmac());
  for (const piece of body.short) digest.add(piece);
  body.short = [];
  body.shortBytes = 0;
  return digest;
}

interface Open {
  readonly connection: number;
  most: number;
  client: Body | undefined;
  engine: Body | undefined;
  isAnswered: boolean;
}

/**
 * Passes events on, with no more of each body than the cap. For the rest, `omitted` says how much
 * it is (recording-format.ts).
 */
export function capped(onEvent: WireListener, caps: Caps): WireListener {
  const open = new Map<number, Open>();

  const callOf = ({ call, connection }: { call: number; connection: number }) => {
    let found = open.get(call);
    if (!found) {
      found = { connection, most: caps.body, client: undefined, engine: undefined, isAnswered: false };
      open.set(call, found);
    }
    return found;
  };

  function gap(call: number, from: Side, { connection, [from]: body }: Open, time: number): void {
    if (!body || body.missing === 0) return;
    onEvent({ type: 'omitted', call, from, bytes: body.missing, digest: digestOf(body).end(), connection, time });
    body.digest = undefined;
    body.missing = 0;
  }

  function end(call: number, from: Side, time: number): void {
    const of = open.get(call);
    if (!of) return;
    gap(call, from, of, time);
    of[from] = undefined;
    if (from === 'engine') of.isAnswered = true;
    // An answer may end before all of its request has come.
    if (of.isAnswered && !of.client && !of.engine) open.delete(call);
  }

  function data(event: Extract<WireEvent, { type: 'data' }>): void {
    const of = callOf(event);
    const body = (of[event.from] ??= { digest: undefined, short: [], shortBytes: 0, kept: 0, missing: 0 });
    const all = event.data;
    const isLate = caps.isLate();
    const room = isLate ? 0 : Math.min(all.length, of.most - body.kept);
    if (room > 0) gap(event.call, event.from, of, event.time);
    body.shortBytes += all.length;
    if (body.digest || body.shortBytes > SHORT_BYTES) digestOf(body).add(all);
    else body.short.push(Buffer.from(all));
    body.kept += room;
    body.missing += all.length - room;
    if (room < all.length) caps.leftOut(all.length - room, !isLate);
    if (room > 0) onEvent(room === all.length ? event : { ...event, data: all.subarray(0, room) });
  }

  return (event) => {
    switch (event.type) {
      case 'data':
        return data(event);
      case 'request':
        if (FLOWS.has(operationOf(event.head.method, event.head.target).like)) callOf(event).most = caps.stream;
        break;
      case 'stream':
        end(event.call, 'client', event.time);
        end(event.call, 'engine', event.time);
        // BuildKit's HTTP/2 is capped like a body: it carries whole directories, and no text that
        // somebody reads.
        callOf(event).most = event.protocol === 'h2c' ? caps.body : caps.stream;
        break;
      case 'omitted': {
        const of = open.get(event.call);
        if (of) gap(event.call, event.from, of, event.time);
        break;
      }
      case 'end':
        end(event.call, event.from, event.time);
        break;
      case 'close':
        for (const [call, { connection }] of open) {
          if (connection !== event.connection) continue;
          end(call, 'client', event.time);
          end(call, 'engine', event.time);
          open.delete(call);
        }
        break;
      case 'open':
      case 'client-end':
      case 'peer':
      case 'response':
      case 'unread':
    }
    onEvent(event);
  };
}
