/**
 * A part of a tool's command line: an option, with its value if it takes one, or a word of the
 * filter.
 */
export interface Item {
  /** the letter or the long name: "w", "print"; undefined for a word of the filter */
  readonly option: string | undefined;
  readonly value: string | undefined;
  /** the words of the command line that this item is */
  readonly words: readonly string[];
}

/** The options of a tool, as far as they decide how its command line is read. */
export interface OptionTable {
  /** the letters of the options that take a value, in the same word or the next one */
  readonly shortWithValue: string;
  /** long options that take a value → the letter that means the same; "" when there is none */
  readonly longWithValue: Readonly<Record<string, string>>;
  /** long options without a value → the letter that means the same */
  readonly longAlone: Readonly<Record<string, string>>;
}

/**
 * Reads options as getopt_long does: bundled ("-nni eth0"), joined with their value ("-ieth0"), and
 * between the words of the filter.
 */
export function readOptions(args: readonly string[], table: OptionTable): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === '--') {
      items.push(...args.slice(at + 1).map(filterWord));
      break;
    }
    const next = args[at + 1];
    const found = word.startsWith('--') ? longOption(word, next, table) : shortOptions(word, next, table);
    items.push(...(found.length > 0 ? found : [filterWord(word)]));
    if (found.at(-1)?.words.length === 2) at++;
  }
  return items;
}

const filterWord = (word: string): Item => ({ option: undefined, value: undefined, words: [word] });

/** Reads a long option. getopt_long takes a shortened name as long as it fits only one option. */
function longOption(word: string, next: string | undefined, { longWithValue, longAlone }: OptionTable): Item[] {
  const [name = '', value] = word.slice(2).split(/=(.*)/s);
  const long = only(Object.keys(longWithValue), name);
  if (long === undefined) {
    const alone = only(Object.keys(longAlone), name);
    return [{ option: alone ? longAlone[alone] : name, value: undefined, words: [word] }];
  }
  const option = longWithValue[long] || long;
  if (value !== undefined || next === undefined) return [{ option, value, words: [word] }];
  return [{ option, value: next, words: [word, next] }];
}

function only(names: readonly string[], begun: string): string | undefined {
  const fitting = names.filter((each) => each === begun || (begun.length > 1 && each.startsWith(begun)));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/**
 * Reads a bundle of short options. The option that takes a value is the last of the bundle. Its
 * value is the rest of the word, or the next word.
 */
function shortOptions(word: string, next: string | undefined, { shortWithValue }: OptionTable): Item[] {
  if (!/^-[^-]/.test(word)) return [];
  const items: Item[] = [];
  for (let at = 1; at < word.length; at++) {
    const option = word[at]!;
    if (!shortWithValue.includes(option)) {
      items.push({ option, value: undefined, words: [`-${option}`] });
      continue;
    }
    const joined = word.slice(at + 1);
    if (joined !== '' || next === undefined)
      return [...items, { option, value: joined, words: [`-${option}${joined}`] }];
    return [...items, { option, value: next, words: [`-${option}`, next] }];
  }
  return items;
}

/**
 * The value of an option; of the last one when the option is repeated, as the users of getopt take
 * it.
 */
export function valueOf(items: readonly Item[], option: string): string | undefined {
  return items.findLast((item) => item.option === option)?.value;
}

export const has = (items: readonly Item[], option: string): boolean => items.some((item) => item.option === option);

/** The command line without some options, with the filter at the end. */
export function without(items: readonly Item[], options: readonly string[]): string[] {
  const kept = items.filter(({ option }) => option === undefined || !options.includes(option));
  const words = (isFilter: boolean) =>
    kept.filter(({ option }) => (option === undefined) === isFilter).flatMap((item) => item.words);
  return [...words(false), ...words(true)];
}

/** The filter as it was typed: the words that belong to no option. */
export const filterOf = (items: readonly Item[]): string =>
  items.flatMap(({ option, words }) => (option === undefined ? words : [])).join(' ');
