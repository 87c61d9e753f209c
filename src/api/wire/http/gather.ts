/** Bytes that are gathered piece by piece until a head, a line or a body is whole. */
export interface Gathered {
  /** All that was gathered. */
  bytes(): Buffer;
  add(piece: Buffer): void;
  /** Forgets all that was gathered. Buffers that `bytes` gave stay valid. */
  clear(): void;
}

/**
 * The bytes stand in a store that doubles when it is full. With one that grew as needed, a sender
 * that gives one byte at a time would have all bytes copied again for each.
 */
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
