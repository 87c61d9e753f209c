import { CROSSINGS, type CrossingListener } from '../wire/crossing.ts';

/**
 * Memory that two threads share. One puts in what crosses the wire, the other takes it out. To put
 * in a piece costs the traffic a copy and no system call. A message between threads costs 10 µs.
 */
export interface Ring {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}

// Indices of the words of `control`, each on a cache line of its own. WRITTEN and READ are
// positions in bytes, modulo 2^32. READER is the reader's state. FULL is 1 while the writer waits
// for room.
const [WRITTEN, READ, READER, FULL] = [0, 16, 32, 48];

/**
 * The states of the reader: it reads; it looks again soon by itself; it sleeps until it is woken.
 */
const [AWAKE, NAPPING, ASLEEP] = [0, 1, 2];

/**
 * The bytes before a piece: its length, kind and connection in 4 bytes each, 4 unused bytes, and
 * the time as a double.
 */
const HEADER = 24;
/** A length that means: nothing more stands before the ring's end. */
const SKIP = -1;
/** A piece that is longer is put in as several parts of this many bytes. */
const MOST_PART = 65_536;

/**
 * The writer waits for the reader in so many steps. It gives up only when so many time out in a
 * row: one long wait would also time out while all of dbg is stopped (SIGSTOP).
 */
const LOOKS = 10;

/** @param size a power of 2 */
export function newRing(size: number): Ring {
  return { control: new Int32Array(new SharedArrayBuffer(256)), bytes: new Uint8Array(new SharedArrayBuffer(size)) };
}

export interface RingWriter {
  readonly put: CrossingListener;
  /** From here on, `put` does nothing. */
  stop(): void;
}

interface WriterOptions {
  /**
   * Called when the reader sleeps and there is something to read, or when it naps and there is
   * much.
   */
  readonly wake: () => void;
  /**
   * Called once, when the ring is full and the reader has taken nothing out of it for `patience`
   * ms. All that comes from there on is lost.
   */
  readonly lost: () => void;
  readonly patience: number;
}

/**
 * The side that puts pieces in. Where the ring is full, `put` blocks its thread until the reader
 * has taken something out.
 */
export function ringWriter({ control, bytes }: Ring, { wake, lost, patience }: WriterOptions): RingWriter {
  const words = new Int32Array(bytes.buffer);
  const times = new Float64Array(bytes.buffer);
  const size = bytes.length;
  let written = 0;
  let isStopped = false;

  const used = () => (written - Atomics.load(control, READ)) >>> 0;

  function wakeFrom(state: number): void {
    if (state !== AWAKE && Atomics.compareExchange(control, READER, state, AWAKE) === state) wake();
  }

  function hasRoom(length: number): boolean {
    if (size - used() >= length) return true;
    // Only the writer sets FULL back to 0. The reader could do it between the writer's look at READ
    // and its wait for READ, and would then not wake the writer.
    Atomics.store(control, FULL, 1);
    let looks = 0;
    for (;;) {
      const read = Atomics.load(control, READ);
      if (size - ((written - read) >>> 0) >= length) break;
      wakeFrom(Atomics.load(control, READER));
      if (Atomics.wait(control, READ, read, patience / LOOKS) !== 'timed-out') looks = 0;
      else if (++looks === LOOKS) return false;
    }
    Atomics.store(control, FULL, 0);
    return true;
  }

  function putPart(kind: number, connection: number, time: number, part: Buffer): boolean {
    const length = HEADER + ((part.length + 7) & ~7);
    let at = written & (size - 1);
    const skipped = at + length > size ? size - at : 0;
    if (!hasRoom(skipped + length)) return false;
    if (skipped > 0) {
      words[at / 4] = SKIP;
      at = 0;
    }
    words[at / 4] = part.length;
    words[at / 4 + 1] = kind;
    words[at / 4 + 2] = connection;
    times[at / 8 + 2] = time;
    if (part.length > 0) bytes.set(part, at + HEADER);
    written = (written + skipped + length) | 0;
    Atomics.store(control, WRITTEN, written);
    return true;
  }

  return {
    put: (what, connection, time, piece) => {
      if (isStopped) return;
      const kind = CROSSINGS.indexOf(what);
      for (let at = 0; at === 0 || at < piece.length; at += MOST_PART) {
        const part = piece.length > MOST_PART ? piece.subarray(at, at + MOST_PART) : piece;
        if (putPart(kind, connection, time, part)) continue;
        isStopped = true;
        return lost();
      }
      const state = Atomics.load(control, READER);
      if (state === ASLEEP || (state === NAPPING && used() > size / 2)) wakeFrom(state);
    },
    stop: () => {
      isStopped = true;
    },
  };
}

export interface RingReader {
  /** how many bytes wait to be taken out */
  waiting(): number;
  /**
   * Takes out, in order, all that is there when it is called; gives how many pieces. Their bytes
   * are valid only while `onEvent` runs: a listener that keeps some copies them.
   */
  take(onEvent: CrossingListener): number;
  /**
   * Says that the reader rests. From here on, the writer wakes it when much has come; with `deep`,
   * when anything has come. False when that is the case already: then the reader must not rest.
   */
  rest(deep: boolean): boolean;
}

/** The side that takes pieces out. */
export function ringReader({ control, bytes }: Ring): RingReader {
  const words = new Int32Array(bytes.buffer);
  const times = new Float64Array(bytes.buffer);
  const all = Buffer.from(bytes.buffer);
  const size = bytes.length;
  let read = 0;

  const waiting = () => (Atomics.load(control, WRITTEN) - read) >>> 0;

  const release = () => {
    Atomics.store(control, READ, read);
    if (Atomics.load(control, FULL) === 1) Atomics.notify(control, READ);
  };

  return {
    waiting,
    take: (onEvent) => {
      let count = 0;
      // What comes meanwhile waits for the next `take`. Otherwise this loop would never end in a
      // flood, and the reader's thread would do nothing else.
      const written = Atomics.load(control, WRITTEN);
      while (read !== written) {
        const at = read & (size - 1);
        const length = words[at / 4]!;
        if (length === SKIP) {
          read = (read + size - at) | 0;
          release();
          continue;
        }
        count++;
        const [kind, connection, time] = [words[at / 4 + 1]!, words[at / 4 + 2]!, times[at / 8 + 2]!];
        onEvent(CROSSINGS[kind]!, connection, time, all.subarray(at + HEADER, at + HEADER + length));
        read = (read + HEADER + ((length + 7) & ~7)) | 0;
        release();
      }
      return count;
    },
    rest: (deep) => {
      Atomics.store(control, READER, deep ? ASLEEP : NAPPING);
      if (waiting() <= (deep ? 0 : size / 2)) return true;
      Atomics.store(control, READER, AWAKE);
      return false;
    },
  };
}
