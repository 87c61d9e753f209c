// Which calls have a word in their bodies and streams. The page does not have these: dbg is asked.
import { rangesOf } from './calls.js';

/** @import { Row } from '../row.ts' */

/** Rows that have changed are looked into again, that often. */
const EVERY_MS = 500;

/**
 * @param {(text: string, calls: string) => Promise<readonly number[]>} ask
 * @param {() => void} found called when more is known
 */
export function makeSearch(ask, found) {
  /** The words that are looked for, and what is known of each. @type {Map<string, Set<number>>} */
  let words = new Map();
  /** calls that are to be looked into (again) @type {Set<number>} */
  let changed = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function look(/** @type {ReadonlyMap<string, Set<number>>} */ of, /** @type {readonly number[]} */ calls) {
    if (of.size === 0 || calls.length === 0) return;
    for (const [word, known] of of) {
      const those = await ask(word, rangesOf(calls)).catch(() => []);
      for (const call of those) known.add(call);
    }
    found();
  }

  return {
    /** From now on, these words are looked for, in these rows first. */
    words(/** @type {readonly string[]} */ wanted, /** @type {readonly Row[]} */ rows) {
      const fresh = wanted.filter((word) => !words.has(word));
      words = new Map(wanted.map((word) => [word, words.get(word) ?? new Set()]));
      void look(
        new Map([...words].filter(([word]) => fresh.includes(word))),
        rows.map(({ number }) => number),
      );
    },
    has: (/** @type {string} */ word, /** @type {Row} */ row) => words.get(word)?.has(row.number) === true,
    changed(/** @type {readonly Row[]} */ rows) {
      if (words.size === 0) return;
      for (const { number } of rows) changed.add(number);
      timer ??= setTimeout(() => {
        timer = undefined;
        const calls = [...changed];
        changed = new Set();
        void look(words, calls);
      }, EVERY_MS);
    },
  };
}
