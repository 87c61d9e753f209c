/**
 * After a wrong password, no other is looked at for this long. So a day of guessing finds one in
 * twelve passwords of 20 random bits.
 */
const WRONG_MS = 1000;

/**
 * The line in which clients with a password wait, once a password was wrong. The next password is
 * looked at a second later.
 */
export interface Guesses {
  /**
   * Resolves when it is the turn of this client's password; undefined: it is at once. `isGone`:
   * whether the client has gone, so that its password is passed over.
   */
  turn(address: string, isGone: () => boolean): Promise<void> | undefined;
  /** The password whose turn it was is wrong. */
  wrong(): void;
}

/**
 * Addresses take turns, and of each address the newest password comes first. So a client does not
 * wait behind all guesses of somebody who guesses much, but one second for each address that
 * guesses. There is one line for all addresses, because an address costs nothing to somebody who
 * has a network of them.
 */
export function guesses(): Guesses {
  let isShut = false;
  const waiting = new Map<string, { readonly isGone: () => boolean; readonly go: () => void }[]>();

  function next(): (() => void) | undefined {
    for (const [address, all] of waiting) {
      waiting.delete(address);
      let last = all.pop();
      while (last?.isGone()) last = all.pop();
      // The address goes to the end of the line, behind the other addresses.
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
    // By then the password has been looked at. If it was right, the next one's turn comes at once.
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
