import type { WireListener, WireEvent } from '../wire/calls/wire-events.ts';
import type { Side } from '../wire/http/exchange.ts';
import { operationOf } from '../wire/calls/operation.ts';
import { gmac, type Digest } from './digest.ts';

export interface Caps {
  /** bytes that are kept of a body */
  readonly body: number;
  /** … of what flows for as long as it is looked at, each way */
  readonly stream: number;
  /** What comes now cannot be kept. */
  isLate(): boolean;
  /** Told of the bytes that are left out, and whether for their number. */
  leftOut(bytes: number, isOverCap: boolean): void;
}

/** These are answered for as long as their client wants, in ordinary HTTP. */
const FLOWS = new Set(['ContainerLogs', 'ServiceLogs', 'TaskLogs', 'SystemEvents', 'ContainerStats']);

/** One way of a call, since it began or since its last gap. */
interface Body {
  /** of what came before `short` */
  digest: Digest | undefined;
  /** what is short needs no digest: most is */
  short: Buffer[];
  shortBytes: number;
  kept: number;
  missing: number;
}

/** A digest costs as much to begin as these bytes do. */
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

/** Passes events on, of each body no more than the cap: of the rest, `omitted` says how much it is (format.ts). */
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
    // An answer may come before all of the request has.
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
        // BuildKit's HTTP/2 carries whole directories, and is no text that somebody reads.
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
