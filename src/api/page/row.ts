import type { Call } from '../wire/calls/call.ts';

/** What the page's list shows of a call. It is sent again whenever it has changed. */
export interface Row {
  readonly number: number;
  readonly connection: number;
  /** the timeline's line of its connection; no two connections that are open at a time share one */
  readonly lane: number;
  /** ms since the epoch, as all times here */
  readonly start: number;
  readonly answered: number | null;
  readonly end: number | null;
  readonly peer: string;
  readonly operation: string;
  /** the container, or what else the call is about */
  readonly subject: string;
  readonly method: string;
  /** with the query */
  readonly path: string;
  readonly status: number | null;
  /** bytes of the bodies and streams */
  readonly up: number;
  readonly down: number;
  readonly protocol: string;
  /** what is wrong with the call; "" for nothing */
  readonly failure: string;
  /** how many pieces of its bodies and streams have come; the page asks for them when it grows */
  readonly pieces: number;
}

/** In characters. A head may have 1 MB, a cell of the list may not. The details have all of it. */
const MOST_CELL = 400;
const MOST_FAILURE = 1000;

export function rowOf(call: Call, { lane, subject, pieces }: Pick<Row, 'lane' | 'subject' | 'pieces'>): Row {
  const { operation, request, response } = call;
  const doubts = [...(request?.doubts ?? []), ...(response?.doubts ?? [])];
  return {
    number: call.number,
    connection: call.connection,
    lane,
    start: call.startedAt,
    answered: call.answeredAt ?? null,
    end: call.endedAt ?? null,
    peer: cut(call.peer ?? ''),
    operation: operation.name,
    subject: cut(subject),
    method: cut(request?.method ?? ''),
    path: cut(operation.query === '' ? operation.path : `${operation.path}?${operation.query}`),
    status: response?.status ?? null,
    up: call.sent.bytes,
    down: call.received.bytes,
    protocol: cut(call.protocol ?? ''),
    failure: cut([...(call.failure === undefined ? [] : [call.failure]), ...doubts].join('; '), MOST_FAILURE),
    pieces,
  };
}

const cut = (text: string, most = MOST_CELL) => (text.length > most ? `${text.slice(0, most)}…` : text);
