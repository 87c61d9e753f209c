/** After a wrong password, no other is looked at for so long: of 20 random bits, a day finds one in twelve. */
const WRONG_MS = 1000;

/** Those who say a password wait in a line once one was wrong: the next is looked at a second later. */
export interface Guesses {
  /** Resolves when it is this one's turn; undefined: at once. `isGone`: nobody waits for it any more. */
  turn(address: string, isGone: () => boolean): Promise<void> | undefined;
  /** The one whose turn it was is wrong. */
  wrong(): void;
}

/**
 * Addresses take turns, the newest of each first: who guesses much holds up others by a second for each address that guesses, and not behind all
 * of its guesses. It is one line for all, as an address costs nothing to who has a network of them.
 */
export function guesses(): Guesses {
  let isShut = false;
  const waiting = new Map<string, { readonly isGone: () => boolean; readonly go: () => void }[]>();

  function next(): (() => void) | undefined {
    for (const [address, all] of waiting) {
      waiting.delete(address);
      let last = all.pop();
      while (last?.isGone()) last = all.pop();
      // Behind the other addresses.
      if (all.length > 0) waiting.set(address, all);
      if (last) return last.go;
    }
    return undefined;
  }

  function open(): void {
    isShut = false;
    const go = next();
    if (!go) return;
    go();
    // By then it has been looked at.
    setImmediate(() => isShut || open());
  }

  return {
    turn: (address, isGone) => {
      if (!isShut) return undefined;
      return new Promise((go) => {
        const all = waiting.get(address) ?? [];
        waiting.set(address, all);
        all.push({ isGone, go });
      });
    },
    wrong: () => {
      if (isShut) return;
      isShut = true;
      setTimeout(open, WRONG_MS).unref();
    },
  };
}
