/**
 * What an engine keeps of a log at a time: a line, or a part of a line that is longer than 16 KiB.
 */
export interface LogMessage {
  readonly stream: 'stdout' | 'stderr';
  /** the time as the engine writes it, in nanoseconds; empty where it wrote none */
  readonly time: string;
  /** the same in ms since the epoch */
  readonly at: number;
  /**
   * the line with its line feed; without one, the line goes on in the next message of the stream
   */
  readonly data: Buffer;
}

export interface MessageListener {
  message(message: LogMessage): void;
  /** The engine's own word in the stream, that it cannot read on (frame 3 of "Stream format"). */
  failed(sentence: string): void;
}

export interface MessageReader {
  add(piece: Buffer): void;
  /** Tells what is left: a last line without a line feed, of a container with a terminal. */
  end(): void;
}

const HEADER_BYTES = 8;
const LINE_FEED = 0x0a;
/** As much of a line as the engine puts into one message (moby, daemon/logger/copier.go). */
const PART_BYTES = 16_384;
/** No frame of an engine is longer. What claims to be is told in parts. */
const MOST_FRAME_BYTES = 1 << 20;
/** So long may the attributes of a message be. */
const MOST_DETAILS_BYTES = 4_096;
const LETTER_Z = 0x5a;
const NOTHING = Buffer.alloc(0);

/**
 * Reads GET /containers/{id}/logs?timestamps=1 in pieces, as they come.
 * - Without a terminal the stream is made of frames ("Stream format"), and each is one message.
 * - With one, nothing is framed. The time at the beginning of the stream tells: a frame begins with
 *   a number below 4, a time with a digit.
 */
export function messageReader(listener: MessageListener): MessageReader {
  const message = messageMaker(listener);
  let rest: Buffer = NOTHING;
  let isFramed: boolean | undefined;
  let isEnd = false;

  /** Takes a frame from the beginning of `bytes`; gives its length, 0 when it is not whole. */
  function frame(bytes: Buffer, from: number): number {
    if (bytes.length - from < HEADER_BYTES) return 0;
    const length = Math.min(bytes.readUInt32BE(from + 4), MOST_FRAME_BYTES);
    const end = from + HEADER_BYTES + length;
    if (bytes.length < end) return 0;
    const data = bytes.subarray(from + HEADER_BYTES, end);
    if (bytes[from] === 3) listener.failed(data.toString('utf8').trim());
    else message(bytes[from] === 2 ? 'stderr' : 'stdout', data);
    return end - from;
  }
  /** The same for a line, or a part of one, of what is not framed. */
  function line(bytes: Buffer, from: number): number {
    const part = from + timeBytes(bytes, from) + PART_BYTES;
    const end = bytes.subarray(from, part).indexOf(LINE_FEED);
    const length = end >= 0 ? end + 1 : partLength(bytes, from, part);
    if (length > 0) message('stdout', bytes.subarray(from, from + length));
    return length;
  }
  /**
   * The length of a part without a line feed. The next part begins with its time. Attributes of the
   * log driver (`--details`) make a part longer.
   */
  function partLength(bytes: Buffer, from: number, part: number): number {
    const most = Math.min(part + MOST_DETAILS_BYTES, bytes.length);
    if (most < part + MOST_DETAILS_BYTES && !isEnd) return 0;
    for (let at = part; at < most; at++) {
      if (bytes[at] === LINE_FEED) return at + 1 - from;
      if (bytes[at + DOCKER_TIME_BYTES - 1] === LETTER_Z && timeBytes(bytes, at) > 0) return at - from;
    }
    return Math.min(part, bytes.length) - from;
  }
  /** Takes all that is whole; gives what is left. */
  function takeAll(bytes: Buffer): Buffer {
    const take = isFramed ? frame : line;
    let at = 0;
    for (let taken = -1; taken !== 0 && at < bytes.length; at += taken) taken = take(bytes, at);
    return at < bytes.length ? Buffer.from(bytes.subarray(at)) : NOTHING;
  }
  return {
    add: (piece) => {
      const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
      isFramed ??= bytes.length === 0 ? undefined : bytes[0]! <= 3;
      rest = takeAll(bytes);
    },
    end: () => {
      isEnd = true;
      if (!isFramed) takeAll(rest);
      rest = NOTHING;
    },
  };
}

/** Splits the time from a message, and calls back with both. */
function messageMaker(listener: MessageListener): (stream: LogMessage['stream'], bytes: Buffer) => void {
  let [second, secondMs, at] = ['', 0, 0];
  return (stream, bytes) => {
    const length = timeBytes(bytes, 0);
    if (length === 0) return listener.message({ stream, time: '', at, data: bytes });
    const time = bytes.toString('latin1', 0, length - 1);
    // Date.parse takes longer than all else, and most lines of a second come one after another.
    if (second === '' || !time.startsWith(second)) {
      second = time.slice(0, SECOND_CHARACTERS);
      secondMs = Date.parse(`${second}Z`);
    }
    const isUtc = time.endsWith('Z');
    at = isUtc ? secondMs + millisecondsOf(time.slice(SECOND_CHARACTERS, -1)) : Date.parse(time);
    listener.message({ stream, time, at, data: bytes.subarray(length) });
  };
}

/** Of ".029": 29. Multiplied by 1000 it would be 28.999999999999996. */
const millisecondsOf = (fraction: string) => Number(fraction.slice(1).padEnd(9, '0')) / 1e6;

/** The number of bytes of a time and the blank behind it; 0 when there is none. */
function timeBytes(bytes: Buffer, from: number): number {
  const blank = isBlank(bytes[from + DOCKER_TIME_BYTES])
    ? DOCKER_TIME_BYTES
    : bytes.subarray(from, from + MOST_TIME_BYTES).indexOf(BLANK);
  return blank > SECOND_CHARACTERS && TIME.test(bytes.toString('latin1', from, from + blank)) ? blank + 1 : 0;
}

const BLANK = 0x20;
const isBlank = (byte: number | undefined) => byte === BLANK;
/** RFC 3339, with nanoseconds. Docker writes UTC, Podman the zone of its machine. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const SECOND_CHARACTERS = '2006-01-02T15:04:05'.length;
const DOCKER_TIME_BYTES = '2006-01-02T15:04:05.000000000Z'.length;
const MOST_TIME_BYTES = '2006-01-02T15:04:05.000000000+00:00 '.length;
