// How bytes are shown. Nothing here needs a browser.

/**
 * Whether no person reads bytes as text: they have a zero, or are not UTF-8. A character that is
 * cut off at the end is allowed.
 */
export function isBinary(/** @type {Uint8Array} */ bytes) {
  if (bytes.includes(0)) return true;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return false;
  } catch {
    return true;
  }
}

/** Gives bytes as `hexdump -C` shows them, 16 a line. `at` is the offset of the first byte. */
export function hexDump(/** @type {Uint8Array} */ bytes, at = 0) {
  const lines = [];
  for (let from = 0; from < bytes.length; from += 16) {
    const row = [...bytes.subarray(from, from + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${(at + from).toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  |${text}|`);
  }
  return lines.join('\n');
}

/** @typedef {{ kind: 'key' | 'string' | 'number' | 'word' | 'sign', text: string }} Token */

const WORDS = /"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Gives JSON, indented, in tokens to be coloured. undefined: the text is not JSON. The tokens are
 * cut out of the text, not written anew from its values. So a number stays as it was sent, and a
 * key that is there twice stays twice.
 * @returns {Token[] | undefined}
 */
export function jsonTokens(/** @type {string} */ text) {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const words = text.match(WORDS) ?? [];
  /** @type {Token[]} */
  const tokens = [];
  let depth = 0;
  const sign = (/** @type {string} */ it) => tokens.push({ kind: 'sign', text: it });
  const newLine = () => `\n${'  '.repeat(depth)}`;
  words.forEach((word, index) => {
    const next = words[index + 1];
    if (word === '{' || word === '[') {
      depth++;
      sign(next === '}' || next === ']' ? word : word + newLine());
    } else if (word === '}' || word === ']') {
      depth--;
      const before = words[index - 1];
      sign(before === '{' || before === '[' ? word : newLine() + word);
    } else if (word === ',') sign(word + newLine());
    else if (word === ':') sign(': ');
    else if (word.startsWith('"')) tokens.push({ kind: next === ':' ? 'key' : 'string', text: word });
    else tokens.push({ kind: /^[-\d]/.test(word) ? 'number' : 'word', text: word });
  });
  return tokens;
}

/** Gives the bytes of a piece, which is sent to the page in base64. */
export function fromBase64(/** @type {string} */ text) {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
