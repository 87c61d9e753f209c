import type { Call } from '../../api/call.ts';
import { escapeControls } from '../../text.ts';

/** One line for a call: when it began, who asked, what, of which container, how it was answered, how long it took, how much went. */
export function callLine(call: Call, subject: string): string {
  const { operation, request, response, sent, received } = call;
  const cells = [
    timeOfDay(call.startedAt),
    (call.peer ?? '-').padEnd(14),
    (operation.name || '-').padEnd(18),
    (subject || '-').padEnd(14),
    statusText(call).padEnd(4),
    durationText(call).padStart(8),
    `${bytesText(sent.bytes)} up`.padStart(9),
    `${bytesText(received.bytes)} down`.padStart(12),
    ` ${request?.method ?? '?'} ${operation.path}${operation.query && `?${operation.query}`}`,
    ...(call.protocol === undefined ? [] : [`(${call.protocol})`]),
    ...(call.failure === undefined ? [] : [`! ${call.failure}`]),
    ...(request?.doubts ?? []).map((doubt) => `! ${doubt}`),
    ...(response?.doubts ?? []).map((doubt) => `! ${doubt}`),
  ];
  return `${escapeControls(cells.join(' '))}\n`;
}

const statusText = ({ response, endedAt }: Call) => (endedAt === undefined ? 'open' : String(response?.status ?? '-'));

function durationText({ startedAt, endedAt }: Call): string {
  return endedAt === undefined ? '' : millisecondsText(endedAt - startedAt);
}

/** 0.42 → "0.4 ms", 61234 → "61.2 s" */
export function millisecondsText(milliseconds: number): string {
  if (milliseconds < 100) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 10_000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** 1234 → "1.2 kB", as docker writes sizes */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** The time of day in this machine's zone, with milliseconds. */
export function timeOfDay(time: number): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
