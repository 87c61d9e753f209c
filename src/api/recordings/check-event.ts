import type { WireEvent } from '../wire/calls/wire-events.ts';

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isSide = (value: unknown) => value === 'client' || value === 'engine';
const isHeader = (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(isText);
const isHead = (value: unknown, isFirstLine: (head: Fields) => boolean) => {
  const head = value as Fields | null;
  if (typeof head !== 'object' || head === null || !isText(head['version'])) return false;
  const { headers, doubts } = head;
  return (
    Array.isArray(headers) &&
    headers.every(isHeader) &&
    Array.isArray(doubts) &&
    doubts.every(isText) &&
    isFirstLine(head)
  );
};

/** Checks the fields of each type of event, besides its connection and time. */
const TYPES: Readonly<Record<WireEvent['type'], (event: Fields) => boolean>> = {
  open: () => true,
  'client-end': () => true,
  peer: ({ peer }) => isText(peer),
  close: ({ first, error }) => isSide(first) && (error === undefined || isText(error)),
  request: ({ call, head }) => isNumber(call) && isHead(head, ({ method, target }) => isText(method) && isText(target)),
  response: ({ call, head }) =>
    isNumber(call) && isHead(head, ({ status, reason }) => isNumber(status) && isText(reason)),
  data: ({ call, from, data }) => isNumber(call) && isSide(from) && Buffer.isBuffer(data),
  omitted: ({ call, from, bytes, digest }) => isNumber(call) && isSide(from) && isNumber(bytes) && isText(digest),
  end: ({ call, from }) => isNumber(call) && isSide(from),
  stream: ({ call, protocol }) => isNumber(call) && isText(protocol),
  unread: ({ call, from, reason }) => isNumber(call) && isSide(from) && isText(reason),
};

/** Whether an event is of a type that this dbg knows. Somebody else may have written the file. */
export const isKnown = ({ type }: WireEvent): boolean => Object.hasOwn(TYPES, type);

/** The latest time that a Date can hold, in ms. */
const MOST_TIME = 8.64e15;

/** Whether an event of a known type has all that its type needs. */
export const isRight = (event: WireEvent): boolean =>
  isNumber(event.connection) && Math.abs(event.time) <= MOST_TIME && TYPES[event.type](event);
