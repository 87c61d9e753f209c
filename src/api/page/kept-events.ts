import type { ConnectionEvent, WireEvent } from '../wire/calls/wire-events.ts';
import type { Kept } from './kept.ts';
import type { Piece } from './pieces.ts';

/**
 * Gives the events of calls, as far as they are kept, in the order of time, for a recording.
 * Streams are in frames again. Where something is not kept, there is an `omitted` without a digest.
 */
export function eventsOf(all: readonly Kept[]): WireEvent[] {
  const events = all.flatMap(callEvents);
  const connections = new Map<number, Call[]>();
  for (const { call } of all) {
    const calls = connections.get(call.connection);
    if (calls) calls.push(call);
    else connections.set(call.connection, [call]);
  }
  for (const calls of connections.values()) events.push(...connectionEvents(calls));
  const rank = ({ type }: WireEvent) => (type === 'open' ? 0 : type === 'peer' ? 1 : type === 'close' ? 3 : 2);
  return events.toSorted((a, b) => a.time - b.time || rank(a) - rank(b));
}

type Call = Kept['call'];

function connectionEvents(calls: readonly Call[]): WireEvent[] {
  const [first] = calls;
  const { connection, startedAt, peer } = first!;
  const events: WireEvent[] = [{ type: 'open', connection, time: startedAt }];
  if (peer !== undefined) events.push({ type: 'peer', peer, connection, time: startedAt });
  // A connection that is still open has no `close`: it ends with the recording.
  if (calls.some(({ endedAt }) => endedAt === undefined)) return events;
  const last = calls.reduce((a, b) => (b.endedAt! >= a.endedAt! ? b : a));
  const error = last.sent.isOver && last.received.isOver ? undefined : last.failure;
  return [...events, { type: 'close', first: 'client', error, connection, time: last.endedAt! }];
}

function callEvents({ call, pieces, leftOut, dropped }: Kept): WireEvent[] {
  if (!call.request) return [];
  const events: WireEvent[] = [];
  const of = { call: call.number, connection: call.connection };
  const tell = (event: CallEvent, time: number) => events.push({ ...event, ...of, time });
  const gap = (from: 'client' | 'engine', time: number) => {
    if (leftOut[from] > 0) tell({ type: 'omitted', from, bytes: leftOut[from], digest: '' }, time);
  };
  const end = call.endedAt ?? Infinity;
  const body = pieces.filter(({ from, stream }) => from === 'client' && stream === 'body');
  const others = pieces.filter((piece) => !body.includes(piece));
  const sentAt = body.at(-1)?.at ?? call.startedAt;

  tell({ type: 'request', head: call.request }, call.startedAt);
  body.forEach((piece) => tell(dataEvent(piece), piece.at));
  if (call.protocol === undefined) gap('client', sentAt);
  if (call.protocol !== undefined || call.sent.isOver) tell({ type: 'end', from: 'client' }, sentAt);
  if (call.response) tell({ type: 'response', head: call.response }, call.answeredAt ?? sentAt);
  if (call.protocol !== undefined) {
    tell({ type: 'stream', protocol: call.protocol }, call.answeredAt ?? sentAt);
    gap('client', call.answeredAt ?? sentAt);
  }
  // Where pieces were dropped, the beginning is missing, as of a stream. Otherwise the end is, as
  // of a body.
  if (dropped > 0) gap('engine', others[0]?.at ?? sentAt);
  others.forEach((piece) => tell(dataEvent(piece), piece.at));
  if (dropped === 0) gap('engine', others.at(-1)?.at ?? sentAt);
  if (call.protocol !== undefined && call.sent.isOver) tell({ type: 'end', from: 'client' }, end);
  if (call.received.isOver) tell({ type: 'end', from: 'engine' }, end);
  return events;
}

type CallEvent = ConnectionEvent extends infer Event
  ? Event extends { call: number }
    ? Omit<Event, 'call'>
    : never
  : never;

function dataEvent({ from, stream, data, omitted }: Piece): CallEvent {
  if (omitted) return { type: 'omitted', from, ...omitted };
  const number = FRAMES.indexOf(stream);
  if (from === 'client' || number < 0) return { type: 'data', from, data };
  const head = Buffer.from([number, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(data.length, 4);
  return { type: 'data', from, data: Buffer.concat([head, data]) };
}

const FRAMES: readonly string[] = ['stdin', 'stdout', 'stderr', 'engine'];
