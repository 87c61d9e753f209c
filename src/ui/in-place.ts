/**
 * The codes that draw a frame over the one before (console_codes(4), ECMA-48).
 * - Each line is put in its place by number, so that a line below the end of the screen does not
 *   scroll it.
 * - Wrapping of long lines (DECAWM) is off only while the frame is drawn.
 */
export function inPlace(text: string, isFirst: boolean): string {
  const lines = text.split('\n');
  const drawn = lines.map((line, at) => `\u001b[${at + 1};1H${line}\u001b[K`);
  return `\u001b[?7l${isFirst ? '\u001b[2J' : ''}${drawn.join('')}\u001b[J\u001b[?7h`;
}
