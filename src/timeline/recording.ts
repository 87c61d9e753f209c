import { DbgError } from '../errors.ts';
import { ENTRY_KINDS, type TimelineEntry } from './timeline-entry.ts';

/**
 * The format of `dbg watch --record`: a line of JSON each. The first one is the header. It is
 * described in docs/watch.md.
 */
export interface RecordingHeader {
  readonly recording: typeof RECORDING;
  readonly version: 1;
  /** ms since the epoch */
  readonly started: number;
  /** the engine's address */
  readonly engine: string;
}

/**
 * What the containers used at one moment: a row for each, a ContainerUsage of src/process/usage.
 */
export interface RecordedUsage {
  /** ms since the epoch */
  readonly at: number;
  readonly rows: readonly UsageRow[];
}

export type UsageRow = Readonly<Record<string, unknown>> & { readonly id: string; readonly name: string };

/**
 * What had changed on the map of the host, and in what `dbg why` finds, since the line before:
 * Changes of src/host-page.
 */
export interface RecordedMap {
  /** ms since the epoch */
  readonly at: number;
  readonly changes: Readonly<Record<string, unknown>>;
}

export type RecordedLine =
  | { readonly entry: TimelineEntry }
  | { readonly usage: RecordedUsage }
  | { readonly map: RecordedMap }
  /** the last line; missing where dbg was killed, or the disk was full */
  | { readonly end: { readonly at: number; readonly isFull: boolean } };

export const RECORDING = 'dbg watch';

/** A recording ends when it has this length, and is not read beyond it. */
export const MOST_RECORDED_BYTES = 256 * 1024 * 1024;
/** A line of a log has at most 1 MiB of characters, each of which JSON may write as six. */
const MOST_LINE_BYTES = 8 * 1024 * 1024;

export const recordedText = (line: RecordingHeader | RecordedLine): string => `${JSON.stringify(line)}\n`;

/** A recording that was read. */
export interface Recording {
  readonly header: RecordingHeader;
  readonly entries: readonly TimelineEntry[];
  readonly usage: readonly RecordedUsage[];
  /** empty where dbg was not root, who alone can see the wires */
  readonly maps: readonly RecordedMap[];
  /** undefined: the recording broke off */
  readonly end: { readonly at: number; readonly isFull: boolean } | undefined;
}

/**
 * Reads a recording. A last line that broke off is left out. Throws a DbgError for what is no
 * recording, and for a line that is none; `path` is for its text.
 */
export function readRecording(path: string, bytes: Buffer): Recording {
  const wrong = (at: number, why: string) =>
    new DbgError(`${path} is no recording of dbg watch: line ${at} ${why}`, {
      next: [{ what: 'make one', command: 'dbg watch --record FILE' }],
    });
  let header: RecordingHeader | undefined;
  const entries: TimelineEntry[] = [];
  const usage: RecordedUsage[] = [];
  const maps: RecordedMap[] = [];
  let end: Recording['end'];
  let line = 0;
  for (let from = 0; from < bytes.length;) {
    line++;
    const to = bytes.indexOf(LINE_FEED, from);
    if (to < 0) break;
    if (to - from > MOST_LINE_BYTES) throw wrong(line, 'is longer than any line of one');
    const value = parse(bytes.toString('utf8', from, to));
    from = to + 1;
    if (value === undefined) throw wrong(line, 'is no JSON object');
    if (header === undefined) {
      if (value['recording'] !== RECORDING) throw wrong(line, 'is not its header');
      if (value['version'] !== 1)
        throw wrong(line, `has version ${JSON.stringify(value['version'])}, which this dbg does not know`);
      header = headerOf(value);
      if (header === undefined) throw wrong(line, 'is not its header');
    } else if ('entry' in value) {
      const entry = checkedEntry(value['entry']);
      if (entry === undefined) throw wrong(line, 'has an entry that is none');
      entries.push(entry);
    } else if ('usage' in value) {
      const sample = checkedUsage(value['usage']);
      if (sample === undefined) throw wrong(line, 'has a sample that is none');
      usage.push(sample);
    } else if ('map' in value) {
      const { at, changes } = object(value['map']) ?? {};
      const checked = object(changes);
      if (!isTime(at) || checked === undefined) throw wrong(line, 'has a map that is none');
      maps.push({ at, changes: checked });
    } else if ('end' in value) {
      const { at, isFull } = object(value['end']) ?? {};
      if (isTime(at)) end = { at, isFull: isFull === true };
    }
    // A line with another key is of a newer dbg: it is passed over.
  }
  if (header === undefined) throw wrong(1, 'is missing');
  return { header, entries, usage, maps, end };
}

const LINE_FEED = 0x0a;

type JsonObject = Readonly<Record<string, unknown>>;
const object = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
/** What Date can show: ±8.64e15 ms. */
const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= 8.64e15;

function parse(text: string): JsonObject | undefined {
  try {
    return object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function headerOf({ started, engine }: JsonObject): RecordingHeader | undefined {
  if (!isTime(started) || typeof engine !== 'string') return undefined;
  return { recording: RECORDING, version: 1, started, engine };
}

function checkedEntry(value: unknown): TimelineEntry | undefined {
  const { at, kind, container, stream, text, details } = object(value) ?? {};
  const known = ENTRY_KINDS.find((each) => each === kind);
  const { id, name } = object(container) ?? {};
  const isContainer = typeof id === 'string' && typeof name === 'string';
  if (!isTime(at) || known === undefined || typeof text !== 'string') return undefined;
  if (container !== undefined && !isContainer) return undefined;
  const plain = Object.entries(object(details) ?? {}).filter(
    ([, each]) => each === null || ['string', 'number', 'boolean'].includes(typeof each),
  );
  return {
    at,
    kind: known,
    container: isContainer ? { id, name } : undefined,
    ...((stream === 'stdout' || stream === 'stderr') && { stream }),
    text,
    details: Object.fromEntries(plain) as TimelineEntry['details'],
  };
}

function checkedUsage(value: unknown): RecordedUsage | undefined {
  const { at, rows } = object(value) ?? {};
  if (!isTime(at) || !Array.isArray(rows)) return undefined;
  const checked = rows.map(object);
  const isRow = (row: JsonObject | undefined): row is UsageRow =>
    row !== undefined && typeof row['id'] === 'string' && typeof row['name'] === 'string';
  return checked.every(isRow) ? { at, rows: checked } : undefined;
}
