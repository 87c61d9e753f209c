/** A word of a command line, without its quotes. */
export interface Word {
  readonly text: string;
  /** where each of its characters stands in the line */
  readonly at: readonly number[];
}

export interface Command {
  readonly words: readonly Word[];
  /** what it prints is what the next one reads */
  readonly isPiped: boolean;
}

/**
 * The commands of a text, and their words, as a shell would read them, where it may be the line of a shell, words with blanks between them, or
 * an array as a Dockerfile has it. What is wrong in it, as a quote that is never closed, is a character like others. `isTight`: a ; | or &
 * ends a command without a blank beside it too; without, it may be part of a word that nobody has put quotes around.
 */
export function commandsOf(line: string, isTight: boolean): Command[] {
  const commands: Command[] = [];
  let words: Word[] = [];
  let text = '';
  let at: number[] = [];
  let isOpen = false;
  let depth = 0;

  const add = (from: number, to: number) => {
    for (let each = from; each < to; each++) at.push(each);
    text += line.slice(from, to);
    isOpen = true;
  };
  const addAs = (char: string, from: number) => {
    at.push(from);
    text += char;
  };
  const endWord = () => {
    if (isOpen) words.push({ text, at });
    text = '';
    at = [];
    isOpen = false;
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
      const { from, to, end, hasEscapes } = quote;
      isOpen = true;
      if (hasEscapes) addEscaped(from, to);
      else add(from, to);
      here = end;
      // ["sh", "-c"]
      if (/[,\]]/.test(line[here] ?? '') && /^[,\]][\s"'\\,\]]|^[,\]]$/.test(line.slice(here, here + 2))) {
        endWord();
        here++;
      }
    } else if (char === '\\') {
      if (line[here + 1] === '\n') endWord();
      else add(here + 1, Math.min(here + 2, line.length));
      here += 2;
    } else if (char === '\n') {
      endCommand();
      here++;
    } else if (/\s/.test(char)) {
      endWord();
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
      endCommand(char === '|' && line[here + 1] !== '|' && line[here - 1] !== '|');
      here++;
    } else {
      add(here, here + 1);
      here++;
    }
  }
  endCommand();
  return commands;

  function addEscaped(from: number, to: number): void {
    for (let each = from; each < to; each++) {
      const escaped = line[each] === '\\' && each + 1 < to ? line[each + 1]! : '';
      if (/["\\$`'nrt]/.test(escaped)) each++;
      if (/[nrt]/.test(escaped)) addAs('\n', each);
      else add(each, each + 1);
    }
  }
}

const isApart = (line: string, here: number) => {
  const isEdge = (char: string | undefined) => char === undefined || /[\s;|&]/.test(char);
  return isEdge(line[here - 1]) || isEdge(line[here + 1]);
};

interface Quote {
  readonly from: number;
  readonly to: number;
  /** behind its closing */
  readonly end: number;
  readonly hasEscapes: boolean;
}

/** A quote that opens here, and where it closes; one with backslashes before it closes at the same, as a shell's in another one's quotes. */
function quoteAt(line: string, here: number): Quote | undefined {
  OPENING.lastIndex = here;
  const [opening, dollar, slashes, mark] = OPENING.exec(line) ?? [];
  if (opening === undefined) return undefined;
  const from = here + opening.length;
  // 'it'\\''s': a quote of its own between two that are closed and opened.
  if (slashes === '\\' && mark === "'" && line[here - 1] === "'" && line[from] === "'") return undefined;
  if (slashes !== '') {
    const to = line.indexOf(slashes! + mark!, from);
    return to < 0 ? undefined : { from, to, end: to + slashes!.length + 1, hasEscapes: false };
  }
  const hasEscapes = mark === '"' || dollar === '$';
  for (let to = line.indexOf(mark!, from); to >= 0; to = line.indexOf(mark!, to + 1)) {
    if (hasEscapes && slashesBefore(line, to, from) % 2 === 1) continue;
    return { from, to, end: to + 1, hasEscapes };
  }
  return undefined;
}

const OPENING = /(\$?)(\\{0,9})(["'])/y;

function slashesBefore(line: string, at: number, from: number): number {
  let count = 0;
  while (at - 1 - count >= from && line[at - 1 - count] === '\\') count++;
  return count;
}
