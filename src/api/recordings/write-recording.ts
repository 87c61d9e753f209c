import type { WireListener } from '../wire/calls/wire-events.ts';
import type { OutputFile } from '../../host/host-files.ts';
import { textStore } from '../beside/text-store.ts';
import { capped } from './body-cap.ts';
import { eventLine, headerLine, type RecordingHeader } from './recording-format.ts';

export interface RecorderOptions {
  readonly header: RecordingHeader;
  /** bytes of a body that are kept */
  readonly maxBody: number;
  /** Called once, as soon as the file takes no more. What comes after that is not recorded. */
  failed(error: Error): void;
}

export interface RecordingWriter {
  /** Writes the header. Resolves when it is written, or could not be written. */
  begin(): Promise<void>;
  readonly onEvent: WireListener;
  /** Writes what waits, and closes the file. */
  end(): Promise<Recorded>;
}

export interface Recorded {
  readonly calls: number;
  /** bytes that are in the file */
  readonly bytes: number;
  /** bytes of bodies that were left out because they were longer than the cap */
  readonly overCap: number;
  /** bytes of bodies that were left out because the disk was too slow */
  readonly late: number;
  readonly failure: Error | undefined;
}

/** How many bytes of a stream are kept, in each direction: a stream is what somebody saw. */
const STREAM_BYTES = 64e6;

/**
 * How long dbg gathers lines after a write: a millisecond for each line that was written, and at
 * most this. A timer and a write of their own cost 150 µs where the processor had gone to sleep: as
 * much as three calls.
 */
const MOST_GATHER_MS = 20;

/**
 * How many bytes may wait for a slow disk, in the memory of dbg. Beyond that, bodies are left out
 * until less than half of that waits.
 */
const MOST_WAITING = 32 * 1024 * 1024;

/**
 * Records a session. Events are handed to the kernel at once; those that come within some
 * milliseconds of a write go together. When dbg is killed, all that it had heard is in the file but
 * for these. The traffic never waits for the file.
 */
export function recordingWriter(file: OutputFile, { header, maxBody, failed }: RecorderOptions): RecordingWriter {
  let store = textStore();
  let lines = 0;
  /** how many bytes are being written */
  let underway = 0;
  let isLate = false;
  let writing: Promise<void> | undefined;
  let failure: Error | undefined;
  let isOver = false;
  let [bytes, calls, overCap, late] = [0, 0, 0, 0];

  async function work(): Promise<void> {
    while (store.length() > 0) {
      const gather = Math.min(MOST_GATHER_MS, lines);
      underway = store.length();
      const parts = store.take();
      lines = 0;
      const { written, error } = await file.write(parts);
      underway = 0;
      // Of what a full disk took, only whole lines stay in the file.
      const whole = error ? Buffer.concat(parts).subarray(0, written).lastIndexOf(10) + 1 : written;
      bytes += whole;
      if (!error) {
        await new Promise((resolve) => setTimeout(resolve, gather));
        continue;
      }
      fail(error);
      // A pipe cannot be truncated.
      if (whole < written) await file.truncate(bytes).catch(() => undefined);
    }
    writing = undefined;
  }

  function fail(error: Error): void {
    if (failure) return;
    failure = error;
    store = textStore();
    failed(error);
  }

  function append(line: string): void {
    if (failure) return;
    store.add(line);
    lines++;
    // `isBehind` leaves out bodies alone. Where a disk takes nothing at all, even heads become too
    // many.
    if (waiting() > 4 * MOST_WAITING) return fail(new Error('the disk takes nothing any more'));
    writing ??= work();
  }

  const waiting = () => store.length() + underway;

  const isBehind = () => {
    if (waiting() > MOST_WAITING) isLate = true;
    else if (waiting() < MOST_WAITING / 2) isLate = false;
    return isLate;
  };

  const keep = capped((event) => append(eventLine(event, header.started)), {
    body: maxBody,
    stream: Math.max(STREAM_BYTES, maxBody),
    isLate: isBehind,
    leftOut: (count, isOverCap) => {
      if (isOverCap) overCap += count;
      else late += count;
    },
  });

  return {
    begin: async () => {
      append(headerLine(header));
      await writing;
    },
    onEvent: (event) => {
      if (failure || isOver) return;
      if ('call' in event) calls = Math.max(calls, event.call);
      keep(event);
    },
    end: async () => {
      isOver = true;
      await writing;
      await file.close();
      return { calls, bytes, overCap, late, failure };
    },
  };
}
