/** What a stream has told lately, so that nothing is told twice when it is asked for again. */
export interface SeenLately {
  /** Remembers what was told. `at`: its time, in ms since the epoch. */
  add(key: string, at: number): void;
  /**
   * From when to ask again, in ms since the epoch, and whether something was told before: each call
   * counts one. undefined: nothing was told yet.
   */
  resume(): { readonly since: number; readonly isRepeated: (key: string) => boolean } | undefined;
}

/**
 * A stream is asked for again since a moment before the newest thing that it told: what is told
 * need not come in the order of its times, as a container's stdout and stderr are read by two
 * threads of the engine. What was told within that moment then comes a second time.
 */
export function seenLately(momentMs: number): SeenLately {
  let newest: number | undefined;
  let began = -Infinity;
  // Two generations: together they always hold the last moment, and at most two of them.
  let [former, current] = [new Map<string, number>(), new Map<string, number>()];
  return {
    add: (key, at) => {
      if (at - began > momentMs) {
        [former, current] = [current, new Map()];
        began = at;
      }
      current.set(key, (current.get(key) ?? 0) + 1);
      if (newest === undefined || at > newest) newest = at;
    },
    resume: () => {
      if (newest === undefined) return undefined;
      const counts = new Map(former);
      for (const [key, count] of current) counts.set(key, (counts.get(key) ?? 0) + count);
      const isRepeated = (key: string) => {
        const count = counts.get(key) ?? 0;
        counts.set(key, count - 1);
        return count > 0;
      };
      return { since: newest - momentMs, isRepeated };
    },
  };
}
