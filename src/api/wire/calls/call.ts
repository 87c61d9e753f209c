import { CUT_OFF, type WireListener, type WireEvent } from './wire-events.ts';
import type { Side } from '../http/exchange.ts';
import { mediaType, perObject, type RequestHead, type ResponseHead } from '../http/http-head.ts';
import { operationOf, type Operation } from './operation.ts';

/** A request with its answer, as far as it has come. */
export interface Call {
  readonly number: number;
  readonly connection: number;
  readonly operation: Operation;
  /** undefined: the request could not be read */
  readonly request: RequestHead | undefined;
  /** ms since the epoch */
  readonly startedAt: number;
  /** the client; it may be known only after the call has ended */
  peer: string | undefined;
  response: ResponseHead | undefined;
  /** when the answer's head came */
  answeredAt: number | undefined;
  /** when both the request and the answer had ended, or the connection had */
  endedAt: number | undefined;
  /** what the call became, if it is no HTTP any more: "tcp", "h2c", "raw" */
  protocol: string | undefined;
  /** what went wrong: the call was cut off, or could not be read */
  failure: string | undefined;
  readonly sent: Body;
  readonly received: Body;
}

/**
 * A body, or one direction of a stream: how many bytes it had, and its JSON as far as that is kept.
 */
export interface Body {
  bytes: number;
  isOver: boolean;
  /**
   * the body's JSON in pieces; undefined when the body is no JSON, or is longer than
   * MOST_KEPT_BYTES
   */
  kept: Buffer[] | undefined;
}

/**
 * How many bytes of a JSON body are kept while its call goes on. An inspect is 10 kB, a list of
 * 1000 containers 1.5 MB.
 */
export const MOST_KEPT_BYTES = 2_097_152;

/**
 * Called after each event of a call, with the call as it is then. Also called when the connection
 * ends before the call has ended.
 */
export type CallListener = (call: Call, event: WireEvent) => void;

/** Puts the events of a session together into calls. */
export function followCalls(onEvent: CallListener): WireListener {
  const connections = new Map<number, Connection>();

  return (event) => {
    let connection = connections.get(event.connection);
    if (!connection) connections.set(event.connection, (connection = { peer: undefined, asked: [], open: new Map() }));
    const { open } = connection;
    switch (event.type) {
      case 'open':
      case 'client-end':
        return;
      case 'peer':
        connection.peer = event.peer;
        for (const call of connection.asked) call.peer = event.peer;
        connection.asked = [];
        return;
      case 'close':
        connections.delete(event.connection);
        for (const call of open.values()) {
          // Two cases are no failure. A stream ends with its connection. An answer may be whole
          // before all of its request was sent; then that request ends with the connection.
          if (event.error !== undefined && !isWayOfHttp2(call, event.error)) call.failure ??= event.error;
          else if (call.protocol === undefined && !call.received.isOver)
            call.failure ??= `the ${event.first} closed the connection`;
          call.endedAt = event.time;
          onEvent(call, event);
        }
        return;
      default: {
        let call = open.get(event.call);
        if (!call) open.set(event.call, (call = begin(event, connection)));
        take(call, event);
        if (call.sent.isOver && call.received.isOver) {
          call.endedAt = event.time;
          open.delete(event.call);
        }
        onEvent(call, event);
      }
    }
  };
}

/**
 * Whether an error is only the way in which HTTP/2 ends. The side that ends it closes its
 * connection when it has what it wanted, whatever the other side still says about that (GOAWAY, an
 * acknowledgement). Each build of buildx's ends so, with /grpc and /session. Whether all was said,
 * only the two sides can tell.
 */
const isWayOfHttp2 = ({ protocol }: Call, error: string) => protocol?.startsWith('h2') === true && error === CUT_OFF;

type CallEvent = Extract<WireEvent, { call: number }>;

interface Connection {
  peer: string | undefined;
  /** calls that began before the client was known */
  asked: Call[];
  readonly open: Map<number, Call>;
}

function begin(event: CallEvent, of: Connection): Call {
  const head = event.type === 'request' ? event.head : undefined;
  const call: Call = {
    number: event.call,
    connection: event.connection,
    operation: head ? operationOfHead(head) : NO_OPERATION,
    request: head,
    startedAt: event.time,
    peer: of.peer,
    response: undefined,
    answeredAt: undefined,
    endedAt: undefined,
    protocol: undefined,
    failure: undefined,
    sent: body(head),
    received: body(undefined),
  };
  if (of.peer === undefined && of.asked.length < MOST_ASKED) of.asked.push(call);
  return call;
}

/**
 * How many calls of a connection wait until the client is known. Where nobody finds out, no more
 * calls are kept for that.
 */
const MOST_ASKED = 100;
const operationOfHead = perObject(({ method, target }: RequestHead) => operationOf(method, target));
const NO_OPERATION = operationOf('', '');

function take(call: Call, event: CallEvent): void {
  switch (event.type) {
    case 'request':
      return;
    case 'response':
      call.response = event.head;
      call.answeredAt = event.time;
      call.received.kept = body(event.head).kept;
      return;
    case 'data':
      return add(bodyOf(call, event.from), event.data, call.protocol);
    case 'omitted': {
      const to = bodyOf(call, event.from);
      to.bytes += event.bytes;
      to.kept = undefined;
      return;
    }
    case 'end':
      bodyOf(call, event.from).isOver = true;
      return;
    case 'stream':
      call.protocol = event.protocol;
      call.sent.isOver = false;
      return;
    case 'unread':
      call.failure ??= `the ${event.from} does not speak HTTP: ${event.reason}`;
  }
}

const bodyOf = (call: Call, from: Side) => (from === 'client' ? call.sent : call.received);

const isJson = perObject((head: RequestHead | ResponseHead) =>
  /^application\/(?:x-)?(?:nd)?json/.test(mediaType(head.headers)),
);

function body(head: RequestHead | ResponseHead | undefined): Body {
  return { bytes: 0, isOver: false, kept: head && isJson(head) ? [] : undefined };
}

function add(to: Body, data: Buffer, protocol: string | undefined): void {
  to.bytes += data.length;
  if (to.kept === undefined || protocol !== undefined) return;
  if (to.bytes > MOST_KEPT_BYTES) to.kept = undefined;
  else to.kept.push(Buffer.from(data));
}

/** The parsed JSON of a body; undefined when the body is no JSON, or is not kept. */
export function jsonOf({ kept }: Body): unknown {
  if (kept === undefined || kept.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(kept).toString('utf8'));
  } catch {
    return undefined;
  }
}
