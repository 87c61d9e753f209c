// Which calls have a word in their bodies and streams. The page has neither, so it asks dbg.
import { rangesOf } from '../calls.js';

/** @import { Row } from '../../row.ts' */

/** How often calls that have changed are searched again. */
const EVERY_MS = 500;

/**
 * @param {(text: string, calls: string) => Promise<readonly number[]>} ask
 * @param {() => void} found called when more is known
 */
export function makeSearch(ask, found) {
  /**
   * the words that are looked for, each with the calls that have it
   * @type {Map<string, Set<number>>}
   */
  let words = new Map();
  /** calls that are still to be searched, or to be searched again @type {Set<number>} */
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
    /** Sets the words that are looked for. New words are looked for in these rows at once. */
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
