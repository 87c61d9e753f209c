const BACKSLASH = 92;

/**
 * The offset after the quote that closes the string which begins at `from`. Where none closes it,
 * an offset beyond the text's end.
 */
export function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length + 1;
}

const WORD = /[^\s"{}[\],:]+/y;

/** The offset after a number, a word, or whatever else is no string and no sign of JSON. */
export function wordEnd(text: string, from: number): number {
  WORD.lastIndex = from;
  return from + (WORD.exec(text)?.[0].length ?? 1);
}

/**
 * The text of a JSON string; bytes stand as latin1. What is no JSON stays as it is, without its
 * first and last character.
 */
export function unquoted(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1);
  try {
    return toLatin1(JSON.parse(toUtf8(raw)) as string);
  } catch {
    return raw.slice(1, -1);
  }
}

/** A text as a JSON string; bytes stand as latin1 in both. */
export const quoted = (text: string) => toLatin1(JSON.stringify(toUtf8(text)));

/** A text as its UTF-8 bytes, one character for each byte. */
export const toLatin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** The text of UTF-8 bytes that are given as one character each. */
export const toUtf8 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');
