import type { Call } from '../../../api/wire/calls/call.ts';
import { escapeControls } from '../../../text.ts';

/**
 * Gives the line of a call: when it began, who asked, what, about which container, how it was
 * answered, how long it took, and how many bytes went.
 */
export function callLine(call: Call, subject: string, colour: boolean): string {
  const { operation, request, response, sent, received } = call;
  const [begun, isOpen] = [call.startedAt, call.endedAt === undefined];
  const who = `${timeOfDay(begun)} ${`#${call.number}`.padEnd(4)} ${cell(call.peer, 14)} ${cell(operation.name, 17)} ${cell(subject, 14)}`;
  const status = (isOpen ? 'open' : String(response?.status ?? '-')).padEnd(4);
  const took = (isOpen ? '' : millisecondsText(call.endedAt! - begun)).padStart(8);
  const amounts = `${bytesText(sent.bytes).padStart(7)} up ${bytesText(received.bytes).padStart(7)} down`;
  const query = operation.query && `?${operation.query}`;
  const what = `${request?.method ?? '?'} ${operation.path}${query}${call.protocol === undefined ? '' : ` (${call.protocol})`}`;
  const wrong = [call.failure, ...(request?.doubts ?? []), ...(response?.doubts ?? [])].filter((each) => each);
  if (!colour && wrong.length === 0) return `${escapeControls(`${who} ${status} ${took} ${amounts}  ${what}`)}\n`;
  const painted = (code: string, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return `${[
    escapeControls(who),
    painted(statusColour(call), status),
    escapeControls(`${took} ${amounts}  ${what}`),
    ...wrong.map((each) => painted(RED, `! ${escapeControls(each!)}`)),
  ].join(' ')}\n`;
}

/** Pads a column's text, without the blank behind the column: no long name takes that away. */
const cell = (text: string | undefined, width: number) => (text || '-').padEnd(width);

const RED = '31';

function statusColour({ response, endedAt, failure }: Call): string {
  if (endedAt === undefined) return '33';
  return failure !== undefined || (response?.status ?? 500) >= 400 ? RED : '32';
}

/** 0.42 → "0.4 ms", 61234 → "61.2 s" */
function millisecondsText(milliseconds: number): string {
  // toFixed() takes ten times as long.
  const tenths = Math.round(milliseconds * 10);
  if (tenths < 1000) return `${Math.floor(tenths / 10)}.${tenths % 10} ms`;
  if (milliseconds < 10_000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** 1234 → "1.23 kB", as docker writes sizes */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** The time of day in this machine's zone, with milliseconds. */
function timeOfDay(time: number): string {
  const second = Math.floor(time / 1000);
  if (second !== last.second) last = { second, text: new Date(time).toTimeString().slice(0, 8) };
  return `${last.text}.${String(Math.floor(time) - second * 1000).padStart(3, '0')}`;
}

/** The second whose time of day was worked out last: all calls in that second share the text. */
let last = { second: -1, text: '' };
