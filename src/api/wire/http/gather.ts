/** Bytes that are gathered piece by piece until what they begin is whole. */
export interface Gathered {
  /** All of them. */
  bytes(): Buffer;
  add(piece: Buffer): void;
  /** Lets go of them; who has parts of them keeps these. */
  clear(): void;
}

/** In a store that doubles: a sender that gives one byte at a time would else have all copied again for each. */
export function gather(): Gathered {
  let store = EMPTY;
  let used = 0;
  return {
    bytes: () => store.subarray(0, used),
    add: (piece) => {
      if (used + piece.length > store.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(2 * store.length, used + piece.length, 1024));
        store.copy(larger, 0, 0, used);
        store = larger;
      }
      used += piece.copy(store, used);
    },
    clear: () => {
      store = EMPTY;
      used = 0;
    },
  };
}

const EMPTY = Buffer.alloc(0);
