import { READERS } from './client-options.ts';
import { isNoSecret, isOpaque, isSecretFlag, isSecretOption, isSource, REDACTED } from './secret-names.ts';
import { literalsOf, type Range } from './references.ts';
import { KNOWN, nameOf, partOf, toldIn, VERSION } from './secrets-told.ts';
import { commandsOf, type Command } from './command-words.ts';

/** Matches the name of a program whose arguments are looked at, as nameOf takes it from a word. */
const MENTION = new RegExp(
  `(?:(?<![\\w.-])|(?<=\\\\[nrt]))(?:${[
    ...new Set(
      [...KNOWN.keys(), ...READERS.map(([program]) => program)].map((name) =>
        name.replace(/-(?:login|secrets?|put-parameter|config)$/, ''),
      ),
    ),
  ]
    .toSorted((one, other) => other.length - one.length)
    .map((name) => name.replaceAll('.', '\\.'))
    .join('|')})${VERSION}(?![\\w-])`,
  'i',
);

/**
 * Matches what else makes a text worth splitting into words: a secret's name with a value behind
 * it, or what may be random.
 */
const NAMED =
  /(?:pass\w{0,6}|pwd|psk|secrets?|tokens?|creds?|credentials?|auth|[a-z\d_-]key)\d{0,3}\\{0,9}["']?[=,\s]|[\w+/-]{32}/i;

const isWorthIt = (text: string) => /\s/.test(text) && (MENTION.test(text) || NAMED.test(text));

/** Redacts what commands in a text are told in secret. */
export function redactCommands(text: string): string {
  return isWorthIt(text) ? without(text, secretsIn(text, 0)) : text;
}

/** How deep quotes within quotes are followed. Nobody goes deeper. */
const DEEPEST = 5;

function secretsIn(text: string, depth: number): Range[] {
  const found: Range[] = [];
  // Where ; | or & has no blanks around it, the text is read twice: once with this sign as part of
  // a word, and once with it as the end of a command.
  for (const isTight of /\S[;|&]+\S/.test(text) ? [false, true] : [false]) {
    const commands = commandsOf(text, isTight);
    for (const [index, { words, isPiped }] of commands.entries()) {
      const texts = words.map((word) => word.text);
      const add = (word: number, { from, to }: Range) => {
        const { at } = words[word]!;
        found.push({ from: at[from]!, to: at[to - 1]! + 1 });
      };
      const reader = [commands[index]!, ...(isPiped ? commands.slice(index + 1, index + 2) : [])].find(readsSecret);
      const all = [...(reader ? said(texts, reader) : []), ...toldIn(texts), ...namedIn(texts), ...randomIn(texts)];
      for (const [word, range] of all) {
        // What a shell takes for no variable is the secret itself: '$NAME'.
        const isLiteral = words[word]!.dollars.some((at) => at >= range.from && at < range.to);
        const literals = isLiteral ? undefined : literalsOf(texts[word]!.slice(range.from, range.to));
        if (!literals) add(word, range);
        for (const { from, to } of literals ?? []) add(word, { from: range.from + from, to: range.from + to });
      }
      if (depth === DEEPEST) continue;
      for (const [word, inner] of texts.entries()) {
        if (inner.length === text.length || !isWorthIt(inner)) continue;
        for (const range of secretsIn(inner, depth + 1)) add(word, range);
      }
    }
  }
  return found;
}

function readsSecret({ words }: Command): boolean {
  const texts = words.map(({ text }) => text);
  return READERS.some(
    ([program, word]) =>
      texts.some((text) => nameOf(text) === program) && (!word || texts.some((text) => word.test(text))),
  );
}

/**
 * The words that echo or printf says, and those behind <<<: they are the secret that `reader`
 * reads. Of chpasswd's, it is what follows the colon.
 */
function said(words: readonly string[], reader: Command): (readonly [number, Range])[] {
  const program = words.findIndex((word) => /^(?:echo|printf)$/.test(nameOf(word)));
  const isPair = reader.words.some(({ text }) => nameOf(text) === 'chpasswd');
  return words.flatMap((word, index) => {
    const isSaid = program >= 0 && index > program && !/^-[neE]+$/.test(word) && !/^%s(?:\\n)?$/.test(word);
    if (!isSaid && words[index - 1] !== '<<<') return [];
    const range = partOf(word, 0, isPair ? ':' : '');
    return range ? [[index, range] as const] : [];
  });
}

/**
 * Redacts words that may be a command's. Each is one argument: no shell has split them.
 * - `isCommand`: they are a command's, and what is random among them is a secret.
 * - `program`: the image's program, which is not among the words.
 */
export function redactArguments(words: readonly string[], isCommand: boolean, program?: string): string[] {
  const told = toldIn(program === undefined ? words : [program, ...words]);
  const found = program === undefined ? told : told.map(([word, range]) => [word - 1, range] as const);
  const ranges = new Map<number, Range[]>();
  for (const [word, range] of [...found, ...namedIn(words), ...(isCommand ? randomIn(words) : [])]) {
    const before = ranges.get(word);
    if (before) before.push(range);
    else ranges.set(word, [range]);
  }
  return words.map((word, index) => without(word, ranges.get(index) ?? []));
}

/** A word with a name and a value: --name=VALUE, NAME=VALUE. */
const ASSIGNED = /^-{0,2}([A-Za-z_][\w.-]*)=([^]*)$/;

/**
 * Where words hold a secret by a name: that of the option before them, or their own (NAME=VALUE).
 */
function namedIn(words: readonly string[]): [word: number, range: Range][] {
  return words.flatMap((word, index) => {
    const before = words[index - 1];
    const isTold = before !== undefined && isSecretFlag(before) && !/^--[a-z]/.test(word);
    if (isTold && !isNoSecret(before, word) && !isSource(word)) return [[index, { from: 0, to: word.length }]];
    // What sh -c is told is a line. ASSIGNED would judge the line by its first word alone.
    if (before !== undefined && /^(?:-\w*c|CMD-SHELL)$/.test(before) && /\s/.test(word)) return [];
    const [, name, value = ''] = ASSIGNED.exec(word) ?? [];
    const isSecret = name !== undefined && isSecretOption(name) && !isNoSecret(name, value) && !isSource(value);
    return isSecret ? [[index, { from: word.length - value.length, to: word.length }]] : [];
  });
}

/** Where words hold a value that is as random as a key. */
function randomIn(words: readonly string[]): [word: number, range: Range][] {
  return words.flatMap((word, index) => {
    const value = ASSIGNED.exec(word)?.[2] ?? word;
    return isOpaque(value) ? [[index, { from: word.length - value.length, to: word.length }]] : [];
  });
}

/** Redacts these ranges of a text. */
function without(text: string, ranges: readonly Range[]): string {
  let result = '';
  let done = 0;
  for (const { from, to } of ranges.toSorted((one, other) => one.from - other.from)) {
    if (to <= done) continue;
    // A range that reaches into the one before is part of the same secret.
    result += from < done ? '' : text.slice(done, from) + REDACTED;
    done = to;
  }
  return result + text.slice(done);
}
