import { CLIENTS } from './client-options.ts';
import type { Range } from './references.ts';
import { isSecretHeader } from './secret-names.ts';

/** Which part of a value is secret, in the signs of client-options.ts. */
type Part = '' | ':' | ';' | '%' | ',' | '/' | '=' | '@' | '#' | '>';

interface Option {
  readonly name: string;
  readonly place: 'any' | 'attached' | 'apart';
  readonly part: Part;
}

interface Place {
  /** the word behind which the place is, in lower case; '' is the program, and "-b" the flag b */
  readonly behind: string;
  readonly which: number | 'each' | 'last';
  readonly part: Part;
}

interface Client {
  readonly options: readonly Option[];
  readonly places: readonly Place[];
  readonly flags: string;
  readonly isWrapper: boolean;
}

/** What each program of CLIENTS is told in secret, by its name. */
export const KNOWN = new Map<string, Client>();
for (const [programs, secrets] of CLIENTS) {
  const client = readClient(secrets);
  for (const program of programs.split(' ')) KNOWN.set(program, client);
}

function readClient(secrets: string): Client {
  const words = secrets.split(' ');
  const options: Option[] = [];
  const places: Place[] = [];
  for (const word of words) {
    const [, behind, which, placePart] = /^([^+]*)\+(\d|\*|\$)([:;%,/=@#>]?)$/.exec(word) ?? [];
    if (behind !== undefined) {
      const index = which === '*' ? 'each' : which === '$' ? 'last' : Number(which);
      places.push({ behind, which: index, part: placePart as Part });
      continue;
    }
    const [, name, kind, part] = /^(--?[\w-]+|\/\w+:)([.~]?)([:;%,/=@#>]?)$/.exec(word) ?? [];
    if (name === undefined) continue;
    options.push({ name, place: kind === '.' ? 'attached' : kind === '~' ? 'apart' : 'any', part: part as Part });
  }
  const flags = words.find((word) => word.startsWith('flags='))?.slice(6) ?? '';
  return { options, places, flags, isWrapper: words.includes('wrapper') };
}

/** The version behind the name of a program: mysql8.0 is MySQL's client. */
export const VERSION = '[\\d.]*';
const BEHIND_NAME = new RegExp(`(?<![\\d.])${VERSION}(?:\\.exe)?$`);

/** The name of a program, from its path: in lower case, without its version. */
export const nameOf = (word: string) =>
  word
    .slice(word.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(BEHIND_NAME, '');

/** Where the words of one command hold a secret that one of its programs is told. */
export function toldIn(words: readonly string[]): [word: number, range: Range][] {
  const found: [number, Range][] = [];
  const active = new Map<string, Active>();
  for (const [index, word] of words.entries()) {
    for (const each of active.values()) each.read(word, index);
    if (word.startsWith('-')) continue;
    // The program may stand in the value of a variable: X=curl -u …
    const name = nameOf(word.replace(/^[A-Za-z_]\w*=/, ''));
    // docker … login: what follows is told to "docker-login".
    for (const program of active.keys()) begin(`${program}-${name}`);
    begin(name);
  }
  for (const each of active.values()) each.end();
  return found;

  function begin(program: string): void {
    const client = KNOWN.get(program);
    if (!client && !STEMS.has(program)) return;
    // `mysql -h mysql` names the same program again: its reading goes on.
    if (active.get(program)?.isOver() !== false) {
      active.set(
        program,
        reading(client ?? NOBODY, (word, range) => found.push([word, range])),
      );
    }
  }
}

/** Programs whose second word decides what they are told: docker of "docker-login". */
const STEMS = new Set(
  [...KNOWN.keys()].flatMap((name) => /^(\w+)-(?:login|secrets?|put-parameter|config)$/.exec(name)?.[1] ?? []),
);
const NOBODY: Client = { options: [], places: [], flags: '', isWrapper: false };

interface Active {
  read(word: string, index: number): void;
  /** the words that follow are another program's */
  isOver(): boolean;
  end(): void;
}

/** Reads the words behind a program, and calls `found` for each secret. */
function reading(client: Client, found: (word: number, range: Range) => void): Active {
  let next: Part | undefined;
  let isOver = false;
  const letters = new Set<string>();
  /** by word: how many words that are no options have stood behind it */
  const counts = new Map<string, number>([['', 0]]);
  let last: { word: string; index: number } | undefined;

  const tell = (word: string, index: number, from: number, part: Part) => {
    const range = partOf(word, from, part);
    if (range && !isPort(word.slice(range.from))) found(index, range);
  };

  return {
    isOver: () => isOver,
    read: (word, index) => {
      if (isOver) return;
      if (next !== undefined) {
        tell(word, index, 0, next);
        next = undefined;
        return;
      }
      for (const option of client.options) {
        const at = valueAt(option, word, client.flags);
        if (at === undefined) continue;
        if (at < word.length) tell(word, index, at, option.part);
        else next = option.part;
        return;
      }
      if (word.startsWith('-') && word.length > 1) {
        if (/^-\w/.test(word)) for (const letter of word.slice(1)) letters.add(`-${letter}`);
        return;
      }
      if (client.isWrapper) isOver = true;
      for (const [behind, count] of counts) counts.set(behind, count + 1);
      for (const { behind, which, part } of client.places) {
        const count = counts.get(behind);
        if (count === undefined || (which !== 'each' && which !== count)) continue;
        if (which === 'each' || !/^[\w-]+=/.test(word)) tell(word, index, 0, part);
      }
      last = { word, index };
      for (const { behind } of client.places) if (isNamed(behind, word) && !counts.has(behind)) counts.set(behind, 0);
    },
    end: () => {
      for (const { behind, which, part } of client.places) {
        if (which !== 'last' || !last || isNamed(behind, last.word)) continue;
        if (letters.has(behind) || counts.has(behind)) tell(last.word, last.index, 0, part);
      }
    },
  };
}

/**
 * Whether `word` is the word that a place is behind. In //registry/:_authToken, that is _authToken.
 */
function isNamed(behind: string, word: string): boolean {
  const name = word.slice(word.lastIndexOf(':_') + 1).toLowerCase();
  return behind.endsWith('*') ? name.startsWith(behind.slice(0, -1)) : name === behind;
}

/**
 * Whether a value is a port, or two of them: -p 8080:80 behind a container's name is no password.
 */
const isPort = (value: string) =>
  /^(?:[\d.]+:)?\d{1,5}:\d{1,5}(?:\/\w+)?$|^(?:27017|6379|3306|5432|9042|1883)$/.test(value);

/**
 * The offset in `word` at which the value of an option begins. The end of the word: the value is
 * the next word. undefined: the word is not this option.
 */
function valueAt({ name, place, part }: Option, word: string, flags: string): number | undefined {
  if (name.startsWith('/')) return word.toLowerCase().startsWith(name) ? name.length : undefined;
  const isLong = name.length > 2;
  if (isLong) {
    const known = word.slice(0, name.length);
    if (known !== name && (name.startsWith('--') || known.toLowerCase() !== name)) return undefined;
    if (word.length === name.length) return place === 'attached' ? undefined : word.length;
    if (place === 'attached') return name.length;
    return /[=:]/.test(word[name.length]!) ? name.length + 1 : undefined;
  }
  if (!word.startsWith('-')) return undefined;
  let at = 1;
  while (flags.includes(word[at]!)) at++;
  if (word[at] !== name[1]) return undefined;
  if (at + 1 === word.length) return place === 'attached' ? undefined : word.length;
  if (place === 'apart') return undefined;
  return part !== '=' && word[at + 1] === '=' ? at + 2 : at + 1;
}

/** The secret part of the value that begins at `from`; undefined: nothing of it is secret. */
export function partOf(word: string, from: number, part: Part): Range | undefined {
  const range = wholePart(word, from, part);
  return range && range.to > range.from ? range : undefined;
}

function wholePart(word: string, from: number, part: Part): Range | undefined {
  const to = word.length;
  const behind = (mark: string) => {
    const at = word.indexOf(mark, from);
    return at < 0 || at + 1 === to ? undefined : { from: at + 1, to };
  };
  switch (part) {
    case ':':
    case ',':
    case '%':
    case '=':
      return behind(part);
    case ';':
      // A key may stand in place of the user, with nothing behind the colon.
      return behind(':') ?? { from, to };
    case '@':
      return word.startsWith('pass:', from) ? { from: from + 5, to } : undefined;
    case '>':
      return word[from] === '>' ? { from: from + 1, to } : undefined;
    case '/': {
      const [whole, user, secret] = /^([^@/\s]+\/)([^/\s]+?)(?:@[^@\s]*)?$/.exec(word.slice(from)) ?? [];
      return whole === undefined ? undefined : { from: from + user!.length, to: from + user!.length + secret!.length };
    }
    case '#': {
      const [whole, name] = /^([\w-]+)\s*:\s*(?=\S)/.exec(word.slice(from)) ?? [];
      return whole !== undefined && isSecretHeader(name!) ? { from: from + whole.length, to } : undefined;
    }
    default:
      return { from, to };
  }
}
