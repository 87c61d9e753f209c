/**
 * For a character class: characters that reorder text, are not seen, or are no text
 * (src/host/exact.ts). A class that has \p{Cc} too also covers what drives a terminal.
 */
const UNSEEN = String.raw`\udc80-\udcff\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029`;
/**
 * A pattern that is made when it is first used. Each of these takes 0.15 ms, and most starts print
 * nothing that needs them.
 */
function pattern(source: string, flags: string): () => RegExp {
  let made: RegExp | undefined;
  return () => (made ??= new RegExp(source, flags));
}
const runsOfControls = pattern(`[\\p{Cc}${UNSEEN}]+`, 'gu');
const control = pattern(`[\\p{Cc}${UNSEEN}]`, 'gu');
const controlButLineFeed = pattern(`(?!\n)[\\p{Cc}${UNSEEN}]`, 'u');
const leftByJson = pattern(`[\\u007f-\\u009f${UNSEEN}]`, 'gu');

/**
 * Text from outside, safe to print. Control characters (C0, DEL, C1) and the Unicode characters
 * that reorder text or are not seen become visible escapes. So a container's name can neither move
 * the cursor nor look like another.
 */
export function escapeControls(text: string): string {
  if (!/[^ -~]/.test(text)) return text;
  return text.replace(runsOfControls(), escapedRun);
}

/**
 * The same for a text of several lines, such as a tool's output that dbg passes on: line feeds and
 * tabs stay.
 */
export function escapeLines(text: string): string {
  if (!/[^ -~\n\t]/.test(text)) return text;
  return text.replace(/[^\n\t]+/g, escapeControls);
}

/**
 * Escapes a run of characters. A disk image, say, is runs of zeros: one by one, 8 million of them a
 * second are escaped; as runs, 400 million.
 */
function escapedRun(run: string): string {
  const first = run[0]!;
  if (run.length > 1 && run === first.repeat(run.length)) return escapedChar(first).repeat(run.length);
  let escaped = '';
  for (const char of run) escaped += escapedChar(char);
  return escaped;
}

function escapedChar(char: string): string {
  if (NO_TEXT.test(char)) return `\\x${byteOf(char)}`;
  const code = char.codePointAt(0)!.toString(16);
  return NAMED_ESCAPES[char] ?? (code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`);
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/**
 * JSON, safe to print. JSON leaves some characters as they are that drive a terminal (DEL, C1), or
 * reorder or hide text: these are escaped too. The value is the same.
 */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    leftByJson(),
    // JSON writes a character beyond the first 65,536 as two escapes.
    (char) => char.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** One word of a POSIX shell command line that stands for exactly `word`. */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // $'…' is not POSIX. But only a word with characters that drive a terminal or hide needs it, and
  // it keeps the line printable.
  if (controlButLineFeed().test(word)) return `$'${escapeForDollarQuote(word)}'`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function escapeForDollarQuote(word: string): string {
  return word.replace(/[\\']/g, '\\$&').replace(control(), utf8Escapes);
}

function utf8Escapes(char: string): string {
  if (NO_TEXT.test(char)) return `\\x${byteOf(char)}`;
  return [...Buffer.from(char)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** A byte of an argument that is no UTF-8 (src/host/exact.ts). */
const NO_TEXT = /^[\udc80-\udcff]$/u;
const byteOf = (char: string) => (char.charCodeAt(0) & 0xff).toString(16);

/** An argv as a line that can be pasted into a shell. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ');
}

const DURATION_UNITS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 7],
  ['week', 52],
  ['year', Infinity],
] as const;

/** A duration in the largest unit that fits, as docker writes it: "3 minutes". */
export function duration(milliseconds: number): string {
  let amount = Math.max(0, Math.round(milliseconds / 1000));
  for (const [unit, size] of DURATION_UNITS) {
    if (amount < size) return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
    amount = Math.floor(amount / size);
  }
  throw new RangeError(`not a duration: ${milliseconds}`);
}

const TIME_UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads "100ms", "1.5s" or "2h" as milliseconds; undefined for another text. */
export function parseTime(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/.exec(text) ?? [];
  return unit === undefined ? undefined : Math.round(Number(amount) * TIME_UNITS[unit]! * 1000) / 1000;
}

const SIZE_FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Reads "500", "64k", "100M", "1.5GB" or "64MiB" as bytes; undefined for another text. */
export function parseSize(text: string): number | undefined {
  const [, amount, prefix = '', binary] = /^(\d+(?:\.\d+)?)([kmgt]?)(i?)b?$/i.exec(text) ?? [];
  if (amount === undefined || (binary && prefix === '')) return undefined;
  const factor = SIZE_FACTORS[prefix.toLowerCase()]!;
  return Math.round(Number(amount) * (binary ? 1024 ** (Math.log10(factor) / 3) : factor));
}
