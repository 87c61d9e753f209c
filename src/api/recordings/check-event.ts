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

/** What an event of each type has, besides its connection and time. */
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

/** A file that somebody else wrote: is this an event of a type that this dbg knows? */
export const isKnown = ({ type }: WireEvent): boolean => Object.hasOwn(TYPES, type);

/** What a Date can hold, in ms. */
const MOST_TIME = 8.64e15;

/** … and has it all that one of its type has? */
export const isRight = (event: WireEvent): boolean =>
  isNumber(event.connection) && Math.abs(event.time) <= MOST_TIME && TYPES[event.type](event);
