const BACKSLASH = 92;

/** Behind the closing quote; beyond the text's end when there is none. */
export function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length + 1;
}

const WORD = /[^\s"{}[\],:]+/y;

/** Behind a number, a word or whatever else is no string and no sign. */
export function wordEnd(text: string, from: number): number {
  WORD.lastIndex = from;
  return from + (WORD.exec(text)?.[0].length ?? 1);
}

/** A JSON string's text, bytes as latin1; what is no JSON stays as it is. */
export function unquoted(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1);
  try {
    return toLatin1(JSON.parse(toUtf8(raw)) as string);
  } catch {
    return raw.slice(1, -1);
  }
}

/** A text, bytes as latin1, as a JSON string. */
export const quoted = (text: string) => toLatin1(JSON.stringify(toUtf8(text)));

/** Text as its UTF-8 bytes, one character each. */
export const toLatin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** The same back: bytes, one character each, as their text. */
export const toUtf8 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');
