/** Text that goes out as UTF-8, in one piece. */
export interface TextStore {
  add(text: string): void;
  /** in bytes */
  length(): number;
  /** All of it; it is there until the next is taken. */
  take(): Buffer;
}

const FIRST_BYTES = 65_536;
/** One that has grown larger is not kept. */
const MOST_KEPT_BYTES = 1_048_576;

/** In two stores that take turns. To join strings, and then to encode them, took four times as long, and kept each alive until then. */
export function textStore(): TextStore {
  let [store, other] = [Buffer.allocUnsafeSlow(FIRST_BYTES), Buffer.allocUnsafeSlow(FIRST_BYTES)];
  let used = 0;
  return {
    length: () => used,
    add: (text) => {
      // A unit of UTF-16 takes 3 bytes at most.
      const most = used + 3 * text.length;
      if (most > store.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(2 * store.length, most));
        store.copy(larger, 0, 0, used);
        store = larger;
      }
      used += store.write(text, used);
    },
    take: () => {
      const all = store.subarray(0, used);
      if (other.length > MOST_KEPT_BYTES) other = Buffer.allocUnsafeSlow(FIRST_BYTES);
      [store, other] = [other, store];
      used = 0;
      return all;
    },
  };
}
