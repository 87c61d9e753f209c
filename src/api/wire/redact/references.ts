/** A part of a text, by its offsets. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A variable of the environment, as $NAME, or as the beginning of ${NAME…}. */
const VARIABLE = /\$(?:[A-Z_][A-Z\d_]*|\{[A-Z_][A-Z\d_]*(:?[-=+?]|\}))/y;

/** How deep defaults within defaults are followed. Nobody goes deeper. */
const DEEPEST = 5;

/**
 * The parts of a value that are no reference to a variable, where the value is nothing but
 * references as a shell or Compose has them, with : or , between them.
 * - $NAME and ${NAME} only say where a secret is: they have no such part.
 * - ${NAME:-TEXT}, ${NAME:=TEXT} and ${NAME:+TEXT}, also without the colon: the text may be the
 *   secret itself. It may be a reference too, or empty: then it has no such part.
 * - ${NAME:?TEXT}: the text is what a shell says where the variable is missing, so no secret.
 *
 * undefined: the value is something else, and a secret as a whole if it is one.
 */
export function literalsOf(value: string): Range[] | undefined {
  return literalsBetween(value, 0, value.length, 0);
}

function literalsBetween(text: string, from: number, to: number, depth: number): Range[] | undefined {
  const found: Range[] = [];
  for (let at = from; at < to;) {
    VARIABLE.lastIndex = at;
    const [head, ending] = VARIABLE.exec(text) ?? [];
    if (head === undefined) return undefined;
    const inner = at + head.length;
    if (ending === undefined) {
      at = inner;
    } else {
      const end = referenceEnd(text, at);
      if (end < 0) return undefined;
      if (!ending.endsWith('?') && inner < end - 1) {
        const whole = { from: inner, to: end - 1 };
        const parts = depth < DEEPEST ? literalsBetween(text, whole.from, whole.to, depth + 1) : undefined;
        found.push(...(parts ?? [whole]));
      }
      at = end;
    }
    if (/[:,]/.test(text[at] ?? '')) at++;
  }
  return to > from ? found : undefined;
}

/** A longer ${…} counts as one that never closes, so that no text is searched again and again. */
const LONGEST = 4096;

/** The offset after the ${…} that begins at `from`, whatever stands in it; -1: it never closes. */
export function referenceEnd(text: string, from: number): number {
  let open = 0;
  BRACE.lastIndex = from;
  for (let match; (match = BRACE.exec(text)) && match.index < from + LONGEST;) {
    open += match[0] === '}' ? -1 : 1;
    if (open === 0) return BRACE.lastIndex;
  }
  return -1;
}

const BRACE = /\$\{|\}/g;
