/** A word of a command line, without its quotes. */
export interface Word {
  readonly text: string;
  /** the offset in the line of each character of `text` */
  readonly at: readonly number[];
  /**
   * the offset in `text` of each $ that begins no variable: the shell leaves it as it is in single
   * quotes, and behind a backslash
   */
  readonly dollars: readonly number[];
}

export interface Command {
  readonly words: readonly Word[];
  /** what this command prints is what the next one reads */
  readonly isPiped: boolean;
}

/**
 * Splits a text into commands and their words, as a shell would read them. The text may be the line
 * of a shell, words with blanks between them, or an array as in a Dockerfile. What is wrong in it,
 * as a quote that is never closed, counts as ordinary characters.
 * With `isTight`, each ; | and & ends a command. Otherwise one does so only beside a blank or
 * another such sign, because it may be part of a word that nobody has put quotes around.
 */
export function commandsOf(line: string, isTight: boolean): Command[] {
  const commands: Command[] = [];
  let words: Word[] = [];
  let text = '';
  let at: number[] = [];
  let dollars: number[] = [];
  let isOpen = false;
  let depth = 0;
  /** how many ${ of the word have not closed yet */
  let references = 0;
  const closesAhead = aheadOnLine(line, '}');

  const add = (from: number, to: number, isLiteral: boolean) => {
    for (let each = from; each < to; each++) {
      if (isLiteral && line[each] === '$') dollars.push(at.length);
      at.push(each);
      if (line[each] === '{' && line[each - 1] === '$') references++;
      if (line[each] === '}' && references > 0) references--;
      text += line[each];
    }
    isOpen = true;
  };
  const addAs = (char: string, from: number) => {
    at.push(from);
    text += char;
  };
  const endWord = () => {
    if (isOpen) words.push({ text, at, dollars });
    text = '';
    at = [];
    dollars = [];
    isOpen = false;
    references = 0;
  };
  const endCommand = (isPiped = false) => {
    endWord();
    if (words.length > 0) commands.push({ words, isPiped });
    words = [];
  };

  for (let here = 0; here < line.length;) {
    const char = line[here]!;
    const quote = quoteAt(line, here);
    if (quote) {
      const { from, to, end, hasEscapes, isSingle } = quote;
      isOpen = true;
      if (hasEscapes) addEscaped(from, to, isSingle);
      else add(from, to, isSingle);
      here = end;
      // In an array (["sh", "-c"]), the sign after the quote ends the word.
      if (/[,\]]/.test(line[here] ?? '') && /^[,\]][\s"'\\,\]]|^[,\]]$/.test(line.slice(here, here + 2))) {
        endWord();
        here++;
      }
    } else if (char === '\\') {
      if (line[here + 1] === '\n') endWord();
      else add(here + 1, Math.min(here + 2, line.length), true);
      here += 2;
    } else if (char === '\n') {
      endCommand();
      here++;
    } else if (/\s/.test(char)) {
      // A blank within ${NAME:-…} is part of the word.
      if (references > 0 && closesAhead(here)) add(here, here + 1, false);
      else endWord();
      here++;
    } else if (char === '[' && !isOpen && /^\\*["']/.test(line.slice(here + 1, here + 9))) {
      here++;
    } else if (char === '`' || (char === '$' && line[here + 1] === '(') || (char === '(' && !isOpen)) {
      endCommand();
      if (char !== '`') depth++;
      here += char === '$' ? 2 : 1;
    } else if (char === ')' && depth > 0) {
      depth--;
      endCommand();
      here++;
    } else if (/[;|&]/.test(char) && (isTight || isApart(line, here))) {
      // The second sign of || ends no words, as the first one has ended them.
      endCommand(char === '|' && line[here + 1] !== '|');
      here++;
    } else {
      add(here, here + 1, false);
      here++;
    }
  }
  endCommand();
  return commands;

  function addEscaped(from: number, to: number, isSingle: boolean): void {
    for (let each = from; each < to; each++) {
      const escaped = line[each] === '\\' ? line[each + 1]! : '';
      if (/["\\$`'nrt]/.test(escaped)) each++;
      if (/[nrt]/.test(escaped)) addAs('\n', each);
      else add(each, each + 1, isSingle || escaped === '$');
    }
  }
}

const isApart = (line: string, here: number) => {
  const isEdge = (char: string | undefined) => char === undefined || /[\s;|&]/.test(char);
  return isEdge(line[here - 1]) || isEdge(line[here + 1]);
};

/** Gives whether a sign follows an offset on the same line. The offsets asked for only grow. */
function aheadOnLine(line: string, sign: string): (here: number) => boolean {
  let [next, end] = [-1, -1];
  const at = (wanted: string, here: number) => {
    const found = line.indexOf(wanted, here);
    return found < 0 ? line.length : found;
  };
  return (here) => {
    if (next < here) next = at(sign, here);
    if (end < here) end = at('\n', here);
    return next < end;
  };
}

interface Quote {
  readonly from: number;
  readonly to: number;
  /** the offset after the quote that closes it */
  readonly end: number;
  readonly hasEscapes: boolean;
  readonly isSingle: boolean;
}

/**
 * The quote that opens at `here`. undefined: none opens there, or it never closes. A quote with
 * backslashes before it closes at a quote with the same backslashes: so stands a shell's quote
 * within another one's quotes.
 */
function quoteAt(line: string, here: number): Quote | undefined {
  OPENING.lastIndex = here;
  const [opening, dollar, slashes, mark] = OPENING.exec(line) ?? [];
  if (opening === undefined) return undefined;
  const from = here + opening.length;
  // In 'it'\''s', the \' is a character between one quote that closes and one that opens.
  if (slashes === '\\' && mark === "'" && line[here - 1] === "'" && line[from] === "'") return undefined;
  const isSingle = mark === "'";
  if (slashes !== '') {
    const to = line.indexOf(slashes! + mark!, from);
    return to < 0 ? undefined : { from, to, end: to + slashes!.length + 1, hasEscapes: false, isSingle };
  }
  const hasEscapes = mark === '"' || dollar === '$';
  for (let to = line.indexOf(mark!, from); to >= 0; to = line.indexOf(mark!, to + 1)) {
    if (hasEscapes && slashesBefore(line, to) % 2 === 1) continue;
    return { from, to, end: to + 1, hasEscapes, isSingle };
  }
  return undefined;
}

const OPENING = /(\$?)(\\{0,9})(["'])/y;

function slashesBefore(line: string, at: number): number {
  let count = 0;
  while (line[at - 1 - count] === '\\') count++;
  return count;
}
