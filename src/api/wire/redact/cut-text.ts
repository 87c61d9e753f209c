import { isUtf8 } from 'node:buffer';

/**
 * The offset at which a long text can be cut in two, so that each part is redacted by itself; 0:
 * nowhere. A text without blanks, as a form, is cut behind an &, any other behind a line.
 * No secret is cut, as far as can be told: not a private key, and not a name from its value on the
 * next line.
 */
export function cutOf(bytes: Buffer): number {
  const text = bytes.toString('latin1');
  const sign = /\s/.test(text) ? '\n' : '&';
  const last = text.lastIndexOf(sign);
  for (const [beginning, end] of OF_MANY_LINES) {
    const at = text.lastIndexOf(beginning, last);
    if (at > 0 && !text.slice(at, last).includes(end)) return at;
  }
  for (let at = last, tries = 0; at > 0 && tries < MOST_TRIES; at = text.lastIndexOf(sign, at - 1), tries++) {
    if (!GOES_ON.test(text.slice(Math.max(0, at - 16), at))) return at + 1;
  }
  return last + 1;
}

/** Where a secret of many lines begins and ends. */
const OF_MANY_LINES = [
  ['-----BEGIN ', '-----END '],
  ['PuTTY-User-Key-File-', 'Private-MAC:'],
] as const;

/** The end of a line whose value stands on the next one. */
const GOES_ON = /[:=>\\]\s*$/;
/** How many lines are tried from the end. Of text, nearly every line will do. */
const MOST_TRIES = 64;

/** The offset at which a part without a place to cut it ends; -1: it goes on. */
export function nextCut(bytes: Buffer, hasBlanks: boolean): number {
  const line = bytes.indexOf(10);
  const field = hasBlanks ? -1 : bytes.indexOf(38);
  const first = line < 0 || (field >= 0 && field < line) ? field : line;
  return first + 1 || -1;
}

/** Whether bytes are UTF-8 up to a character that may be cut off at their end. */
export function beginsAsUtf8(bytes: Buffer): boolean {
  let end = bytes.length;
  while (end > bytes.length - 4 && end > 0 && bytes[end - 1]! >= 0x80) end--;
  return isUtf8(bytes.subarray(0, end));
}
