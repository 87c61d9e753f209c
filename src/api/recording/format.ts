import type { ConnectionEvent, WireEvent } from '../events.ts';

/**
 * A recording is NDJSON: its first line is the header, each other line is one event of the wire, in their order. Keys stay; new ones may come.
 * `t` is in milliseconds since `started`, with microseconds. Bytes stand as `text` where they are UTF-8, else as `base64`.
 */
export interface RecordingHeader {
  readonly recording: 'dbg api';
  readonly version: 1;
  /** ms since the epoch */
  readonly started: number;
  /** as for DOCKER_HOST */
  readonly engine: string;
}

/** One event as a line, its end included. */
export function eventLine({ time, connection, ...event }: WireEvent, started: number): string {
  const t = Math.round((time - started) * 1000) / 1000;
  return `${JSON.stringify({ t, connection, ...written(event) })}\n`;
}

function written(event: ConnectionEvent): object {
  if (event.type !== 'data') return event;
  const { data, ...rest } = event;
  const text = data.toString('utf8');
  return Buffer.from(text).equals(data) ? { ...rest, text } : { ...rest, base64: data.toString('base64') };
}

/** Reads such a line back. Throws a SyntaxError where it is not JSON, as the last line of a recording that was killed may be. */
export function parseEventLine(line: string, started: number): WireEvent {
  const { t, text, base64, ...event } = JSON.parse(line) as { t: number; text?: string; base64?: string };
  const data =
    text !== undefined ? Buffer.from(text) : base64 !== undefined ? Buffer.from(base64, 'base64') : undefined;
  return { ...event, ...(data && { data }), time: started + t } as unknown as WireEvent;
}
