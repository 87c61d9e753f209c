/**
 * What the terminal sends for keys that are no characters (console_codes(4), xterm's PC-style
 * keys).
 */
const NAMES: Readonly<Record<string, string>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  '[H': 'home',
  '[F': 'end',
  '[1~': 'home',
  '[4~': 'end',
  '[7~': 'home',
  '[8~': 'end',
  '[5~': 'page up',
  '[6~': 'page down',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  OH: 'home',
  OF: 'end',
};
const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'interrupt',
  '\u000c': 'redraw',
  '\u0015': 'clear',
  '\u001b': 'escape',
};

const ESCAPE = '\u001b';

/** A key that is no character, or a character. */
const PIECE = new RegExp(`${ESCAPE}(?:\\[[\\d;]*[A-Za-z~]|O[A-Z])|[^]`, 'gu');

/**
 * The keys in what a terminal has sent at once: a printable character as it is, others by name.
 * What has no name here is left out.
 */
export function keysIn(text: string): string[] {
  // The escape key alone sends the character with which the others begin.
  const pieces = text.match(PIECE) ?? [];
  return pieces.flatMap((piece) => {
    if (piece.length > 1 && piece.startsWith(ESCAPE)) return NAMES[piece.slice(1)] ?? [];
    return CONTROLS[piece] ?? (/^[^\p{Cc}\p{Cf}]$/u.test(piece) ? piece : []);
  });
}
