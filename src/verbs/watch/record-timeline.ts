import { createFile, requirePrivate } from '../../cli/new-file.ts';
import type { Context } from '../../context.ts';
import { addressText } from '../../engine/address.ts';
import { DbgError, errorCode, errorMessage } from '../../errors.ts';
import type { Changes } from '../../host-page/changes.ts';
import { personAsked } from '../../host/who-asked.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';
import { decimalSize } from '../../sizes.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { failureText } from '../../ui/failure.ts';
import { MOST_RECORDED_BYTES, recordedText, RECORDING, type RecordedLine } from '../../timeline/recording.ts';
import type { TimelineEntry } from '../../timeline/timeline-entry.ts';

/** A recording that is being written. */
export interface TimelineRecorder {
  /** Resolves when the entries are in the file. */
  entries(entries: readonly TimelineEntry[]): Promise<void>;
  usage(rows: readonly ContainerUsage[], at: number): void;
  /** what has changed on the map of the host, or in what is wrong, since the last call */
  changes(changes: Changes, at: number): void;
  /** Writes the end, and says what is in the file. */
  end(): Promise<void>;
}

/** Of the samples that come every second, one in so many is kept. */
const EVERY = 5;

/**
 * Makes the file of a recording, for its owner alone: it holds what containers say. Throws a
 * DbgError where it cannot be made, or holds something: a recording is never written over. When the
 * disk is full or the recording as long as it may be, that is said once, and the timeline goes on.
 */
export async function recordTimeline(ctx: Context, path: string): Promise<TimelineRecorder> {
  const { address } = await ctx.engine();
  const person = personAsked(ctx);
  const file = await createFile(ctx, path, { person, mode: 0o600 });
  let [bytes, count, samples, seen] = [0, 0, 0, 0];
  let isOver = false;
  /** samples that wait to be written with the next entries, or alone */
  let writing: Promise<void> = Promise.resolve();

  async function write(lines: readonly string[]): Promise<void> {
    if (isOver) return;
    const text = Buffer.from(lines.join(''));
    if (bytes + text.length > MOST_RECORDED_BYTES - END_BYTES) return full();
    const { written, error } = await file.write([text]);
    bytes += written;
    if (error !== undefined) await failed(error, written);
  }
  /** Cuts off the line that was not written whole, and says why. */
  async function failed(error: Error, written: number): Promise<void> {
    isOver = true;
    await file.truncate(bytes - written).catch(() => undefined);
    bytes -= written;
    const isFull = errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT';
    const why = isFull ? `no space left for ${path}` : `${path} cannot be written: ${errorMessage(error)}`;
    ctx.stderr.write(failureText(`${why}; what was recorded before is in it, the timeline goes on`, []));
  }
  async function full(): Promise<void> {
    await lastLine(true);
    isOver = true;
    const size = decimalSize(MOST_RECORDED_BYTES);
    ctx.stderr.write(
      `dbg: ${escapeControls(path)} has ${size}, as much as a recording may: it ends, the timeline goes on\n`,
    );
  }
  async function lastLine(isFull: boolean): Promise<void> {
    const { written } = await file.write([Buffer.from(recordedText({ end: { at: ctx.now(), isFull } }))]);
    bytes += written;
  }
  // One write after another: the lines of two must not mix.
  const queue = (lines: readonly string[]): Promise<void> => (writing = writing.then(() => write(lines)));

  try {
    if (file.stats.size > 0) throw exists(path);
    requirePrivate(path, file);
    await queue([recordedText({ recording: RECORDING, version: 1, started: ctx.now(), engine: addressText(address) })]);
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    entries: (entries) => {
      count += entries.length;
      return queue(entries.map((entry) => recordedText({ entry } satisfies RecordedLine)));
    },
    usage: (rows, at) => {
      if (seen++ % EVERY !== 0) return;
      samples++;
      void queue([recordedText({ usage: { at, rows: rows.map((row) => ({ ...row })) } })]);
    },
    changes: (changes, at) => void queue([recordedText({ map: { at, changes } })]),
    end: async () => {
      await writing;
      if (!isOver) await lastLine(false);
      await file.close();
      const what = `${count} ${count === 1 ? 'entry' : 'entries'} and ${samples} ${samples === 1 ? 'sample' : 'samples'}`;
      ctx.stderr.write(`dbg: recorded ${what}, ${decimalSize(bytes)}, in ${escapeControls(path)}\n`);
    },
  };
}

/** Room for the last line. */
const END_BYTES = 256;

const exists = (path: string) =>
  new DbgError(`${path} exists, and a recording is never written over`, {
    next: [
      { what: 'see it', command: `dbg ui --replay ${shellQuote(path)}` },
      { what: 'or take another name', command: 'dbg watch --record NEW-FILE' },
    ],
  });
