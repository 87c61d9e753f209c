/** Gathers text that goes out as UTF-8. */
export interface TextStore {
  add(text: string): void;
  /** in bytes */
  length(): number;
  /**
   * Takes out all of it, in parts. They are valid until the next `take`, which uses their memory
   * again.
   */
  take(): Buffer[];
}

const SHORT = 1024;
const PART_BYTES = 262_144;
/** How many parts that were taken are kept to be used again. */
const MOST_SPARE = 16;

/**
 * A store of parts that are used again. To join strings and then encode them took four times as
 * long, and kept each string alive until then. With one buffer that grew, the buffers that it had
 * outgrown took 100 MB until V8 collected them.
 */
export function textStore(): TextStore {
  let parts: Buffer[] = [];
  let taken: Buffer[] = [];
  let spare: Buffer[] = [];
  let last = EMPTY;
  let used = 0;
  let before = 0;

  const close = () => {
    if (used > 0) parts.push(last.subarray(0, used));
    before += used;
    used = 0;
  };

  return {
    length: () => before + used,
    add: (text) => {
      // A unit of UTF-16 takes 3 bytes of UTF-8 at most. To count the bytes of a short text is not
      // worth it.
      const most = text.length < SHORT ? 3 * text.length : Buffer.byteLength(text);
      if (used + most > last.length) {
        close();
        last = most > PART_BYTES ? Buffer.allocUnsafeSlow(most) : (spare.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES));
      }
      used += last.write(text, used);
    },
    take: () => {
      close();
      const whole = taken.filter(({ buffer }) => buffer.byteLength === PART_BYTES);
      spare = [...spare, ...whole.map(({ buffer }) => Buffer.from(buffer))].slice(0, MOST_SPARE);
      taken = parts;
      parts = [];
      before = 0;
      last = EMPTY;
      return taken;
    },
  };
}

const EMPTY: Buffer = Buffer.alloc(0);
