/**
 * Text from outside, safe to print: control characters (C0, DEL, C1) and the Unicode characters that reorder or hide
 * text become visible escapes, so that a container's name can neither move the cursor nor look like another.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu,
    (char) => NAMED_ESCAPES[char] ?? `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** One word of a POSIX shell command line that stands for exactly `word`. */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // $'…' is not POSIX, but only a word with control characters needs it, and it keeps the line printable.
  if (/(?!\n)\p{Cc}/u.test(word)) return `$'${escapeForDollarQuote(word)}'`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function escapeForDollarQuote(word: string): string {
  return word.replace(/[\\']/g, '\\$&').replace(/\p{Cc}/gu, utf8Escapes);
}

function utf8Escapes(char: string): string {
  return [...Buffer.from(char)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** An argv as a line that can be pasted into a shell. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ');
}

const UNITS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 7],
  ['week', 52],
  ['year', Infinity],
] as const;

/** A duration in the largest unit that fits, as docker says it: "3 minutes". */
export function duration(milliseconds: number): string {
  let amount = Math.max(0, Math.round(milliseconds / 1000));
  for (const [unit, size] of UNITS) {
    if (amount < size) return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
    amount = Math.floor(amount / size);
  }
  throw new RangeError(`not a duration: ${milliseconds}`);
}
