import type { Item, Nature } from '../container-evidence.ts';

/** Gives the digest by which values that must not be shown are told apart: Item.mark. */
export type Marker = (raw: string) => string;

/**
 * The longest value, and name, that is kept. A command line or a label may be as long as it likes.
 */
const MOST_VALUE = 2000;
const MOST_NAME = 300;
/** The most items of a section: a container may have any number of processes and devices. */
const MOST_ITEMS = 5000;

/**
 * An item for a value.
 * @param safe the same value without its secrets
 */
export function item(
  name: string,
  raw: string,
  { safe = raw, nature, mark }: { readonly safe?: string; readonly nature?: Nature | undefined; readonly mark: Marker },
): Item {
  const value = cut(safe, MOST_VALUE);
  return {
    name: cut(name, MOST_NAME),
    value,
    ...(nature === undefined ? {} : { nature }),
    ...(value === raw ? {} : { mark: mark(raw) }),
  };
}

/** An item for a value that holds no secret and is short, such as a number of the kernel's. */
export const plain = (name: string, value: string | number, nature?: Nature): Item => ({
  name: cut(name, MOST_NAME),
  value: cut(String(value), MOST_VALUE),
  ...(nature === undefined ? {} : { nature }),
});

/** The same where there may be no value: null is a limit that is not set. */
export const amountItem = (name: string, value: number | null | undefined, nature?: Nature): Item[] =>
  value === undefined ? [] : [plain(name, value ?? 'none', nature)];

/** The first items of too many, and an item that says how many are left out. */
export function bounded(items: readonly Item[]): Item[] {
  if (items.length <= MOST_ITEMS) return [...items];
  const left = items.length - MOST_ITEMS;
  return [...items.slice(0, MOST_ITEMS), plain('left out, as there are too many', left, 'measure')];
}

/** The end of a text that was cut. */
export const CUT = '…';
const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most)}${CUT}` : text);
