import { createReadStream, statSync } from 'node:fs';
import { DbgError, errorCode, errorMessage } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import type { WireListener, WireEvent } from '../wire/calls/wire-events.ts';
import { gather, type Gathered } from '../wire/http/gather.ts';
import { isKnown, isRight } from './check-event.ts';
import { parseEventLine, type RecordingHeader } from './recording-format.ts';

export interface Recording {
  readonly header: RecordingHeader;
  /** in the order in which they were heard; read from the file as they are asked for */
  readonly events: AsyncIterable<WireEvent>;
}

const FILE_BYTES_AT_ONCE = 262_144;
/**
 * The longest line of a recording. An event is a piece that a socket gave (64 kB), or a head of at
 * most 1 MB.
 */
const MOST_LINE_BYTES = 33_554_432;

/**
 * Opens a recording; "-" is stdin. Throws a DbgError for what is no recording. `events` throws one
 * where a line is wrong. A last line that was not written to its end, because dbg was killed, is
 * passed over, and `note` is told.
 */
export async function openRecording(path: string, note: (text: string) => void): Promise<Recording> {
  if (path !== '-' && statSync(path, { throwIfNoEntry: false })?.isFIFO())
    note(`${path} is a FIFO: waiting for what is written into it`);
  const lines = linesOf(path);
  const first = await lines.next();
  if (first.done) throw new DbgError(`${path} is empty: nothing was recorded`, { next: howToRecord(path) });
  const header = headerOf(path, first.value.text);
  return { header, events: eventsOf(path, lines, header.started, note) };
}

const howToRecord = (path: string) => [{ what: 'record', command: `dbg api record ${shellQuote(path)} -- docker ps` }];

function headerOf(path: string, line: string): RecordingHeader {
  const { recording, version, started, engine, tls } = (parsed(line) ?? {}) as Partial<Record<string, unknown>>;
  if (recording !== 'dbg api' || typeof version !== 'number') {
    throw new DbgError(`${path} is no recording of dbg api`, { next: howToRecord('FILE') });
  }
  if (version !== 1) {
    throw new DbgError(`${path} is a recording of version ${version}, this dbg reads version 1: take a newer dbg`);
  }
  if (typeof started !== 'number' || typeof engine !== 'string') {
    throw new DbgError(`${path}: the first line is not what dbg api record writes`, { next: howToRecord('FILE') });
  }
  return { recording, version, started, engine, tls: tls === true };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // no JSON: some other file
  }
}

async function* eventsOf(
  path: string,
  lines: AsyncIterable<Line>,
  started: number,
  note: (text: string) => void,
): AsyncGenerator<WireEvent> {
  let number = 1;
  for await (const { text, isWhole } of lines) {
    number++;
    let event: WireEvent | undefined;
    try {
      event = parseEventLine(text, started);
    } catch {
      if (isWhole) throw broken(path, number);
      note(`the last line of ${path} was not written to its end: it is left out`);
      continue;
    }
    if (!isKnown(event)) continue;
    if (!isRight(event)) throw broken(path, number);
    yield event;
  }
}

function broken(path: string, line: number): DbgError {
  return new DbgError(`line ${line} of ${path} is no event of a recording`, {
    next: [{ what: 'look at it', command: `sed -n ${line}p ${shellQuote(path)}` }],
  });
}

interface Line {
  readonly text: string;
  /** the line ends with a line feed */
  readonly isWhole: boolean;
}

async function* linesOf(path: string): AsyncGenerator<Line> {
  const rest = gather();
  try {
    const source = path === '-' ? { fd: 0 } : {};
    for await (const piece of createReadStream(path, { ...source, highWaterMark: FILE_BYTES_AT_ONCE })) {
      const bytes = piece as Buffer;
      let from = 0;
      for (let feed = bytes.indexOf(10); feed >= 0; feed = bytes.indexOf(10, from)) {
        yield { text: joined(rest, bytes.subarray(from, feed)), isWhole: true };
        from = feed + 1;
      }
      if (from < bytes.length) rest.add(bytes.subarray(from));
      if (rest.bytes().length > MOST_LINE_BYTES) throw new DbgError(`${path} is no recording of dbg api`);
    }
  } catch (error) {
    throw error instanceof DbgError ? error : cannotRead(path, error);
  }
  if (rest.bytes().length > 0) yield { text: rest.bytes().toString('utf8'), isWhole: false };
}

function joined(rest: Gathered, end: Buffer): string {
  if (rest.bytes().length === 0) return end.toString('utf8');
  rest.add(end);
  const text = rest.bytes().toString('utf8');
  rest.clear();
  return text;
}

function cannotRead(path: string, cause: unknown): DbgError {
  const code = errorCode(cause);
  const look = [{ what: 'look', command: `ls -ld ${shellQuote(path)}` }];
  if (code === 'ENOENT') return new DbgError(`there is no file ${path}`, { cause, next: howToRecord(path) });
  if (code === 'EISDIR') return new DbgError(`${path} is a directory, no recording`, { cause, next: look });
  return new DbgError(`${path} cannot be read: ${errorMessage(cause)}`, { cause, next: look });
}

/** The error of a `close` for a connection whose end the recording does not tell. */
export const RECORDING_ENDS = 'the recording ends here';

/**
 * Tells `onEvent` all of a recording. Connections that are open when it ends, because dbg was
 * killed, are closed then. `wait` may give a promise, which is awaited before the next event.
 */
export async function tellAll(
  events: AsyncIterable<WireEvent>,
  onEvent: WireListener,
  wait: () => Promise<unknown> | undefined = () => undefined,
): Promise<void> {
  const open = new Set<number>();
  let time = 0;
  for await (const event of events) {
    ({ time } = event);
    if (event.type === 'close') open.delete(event.connection);
    else open.add(event.connection);
    onEvent(event);
    const until = wait();
    if (until) await until;
  }
  for (const connection of open) onEvent({ type: 'close', first: 'engine', error: RECORDING_ENDS, connection, time });
}
