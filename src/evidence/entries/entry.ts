import type { Entry, Nature } from '../container-evidence.ts';

/** Gives the digest by which values that must not be shown are told apart: Entry.mark. */
export type Marker = (raw: string) => string;

/** The longest value, and name, that is kept. A command line or a label may be as long as it likes. */
const MOST_VALUE = 2000;
const MOST_NAME = 300;
/** The most entries of a section: a container may have any number of processes and devices. */
const MOST_ENTRIES = 5000;

/**
 * An entry for a value.
 * @param safe the same value without its secrets
 */
export function entry(
  name: string,
  raw: string,
  { safe = raw, nature, mark }: { readonly safe?: string; readonly nature?: Nature | undefined; readonly mark: Marker },
): Entry {
  const value = cut(safe, MOST_VALUE);
  return {
    name: cut(name, MOST_NAME),
    value,
    ...(nature === undefined ? {} : { nature }),
    ...(value === raw ? {} : { mark: mark(raw) }),
  };
}

/** An entry for a value that holds no secret and is short, such as a number of the kernel's. */
export const plain = (name: string, value: string | number, nature?: Nature): Entry => ({
  name: cut(name, MOST_NAME),
  value: cut(String(value), MOST_VALUE),
  ...(nature === undefined ? {} : { nature }),
});

/** The same where there may be no value: null is a limit that is not set. */
export const amountEntry = (name: string, value: number | null | undefined, nature?: Nature): Entry[] =>
  value === undefined ? [] : [plain(name, value ?? 'none', nature)];

/** The first entries of too many, and an entry that says how many are left out. */
export function bounded(entries: readonly Entry[]): Entry[] {
  if (entries.length <= MOST_ENTRIES) return [...entries];
  const left = entries.length - MOST_ENTRIES;
  return [...entries.slice(0, MOST_ENTRIES), plain('left out, as there are too many', left, 'measure')];
}

/** The end of a text that was cut. */
export const CUT = '…';
const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}${CUT}` : text);
