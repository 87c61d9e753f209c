import type { Container } from '../../engine/container.ts';
import { usageError } from '../../errors.ts';
import { shellQuote } from '../../text.ts';

export type Variables = Readonly<Record<string, string>>;

/**
 * A name that a shell can hold: bash reads functions from variables of other names. Those that dbg
 * uses itself begin with DBG_.
 */
const NAME = /^[A-Za-z_]\w*$/;

/**
 * The names of the variables that the engine gives a container's processes, sorted, without those
 * that no shell can hold.
 */
export const namesOf = (all: readonly string[]): string[] => [...ofContainer(all).keys()].toSorted();

/**
 * The variables of a container that the person has named. A host's tool gets no others: some
 * variables make a tool load code, start programs or write files (MTR_PACKET, TAR_OPTIONS). No list
 * of such variables is complete, and whoever started the container chose them. The values are the
 * engine's: the process could have written others into its own /proc/PID/environ. Throws a usage
 * error for a name that is not there, with a list of those that are.
 */
export function namedOf(
  { name: container, env }: Pick<Container, 'name' | 'env'>,
  names: readonly string[],
): Variables {
  const there = ofContainer(env);
  return Object.fromEntries(
    names.map((name) => {
      const value = there.get(name);
      if (value !== undefined) return [name, value];
      throw usageError(
        `container "${container}" was given no variable "${name}" (it has: ${namesOf(env).join(', ') || 'none'})`,
        [{ what: 'see them', command: `dbg shell ${FROM_CONTAINER} ${shellQuote(container)}` }],
      );
    }),
  );
}

function ofContainer(all: readonly string[]): ReadonlyMap<string, string> {
  const pairs = all.map((entry) => entry.split(/=(.*)/s));
  return new Map(
    pairs.flatMap(([name = '', value]) => (NAME.test(name) && value !== undefined ? [[name, value]] : [])),
  );
}

export const FROM_CONTAINER = '--env-from-container';

/**
 * Names of variables, separated by commas and in capitals as is the custom: a container hardly ever
 * has such a name.
 */
export const isNameList = (word: string): boolean => /^[A-Z_][A-Z0-9_]*(,[A-Z_][A-Z0-9_]*)*$/.test(word);

/**
 * Reads the value of `--env-from-container=A,B`; empty when the value is. Throws a usage error for
 * a word that is no such name.
 */
export function parseNames(list: string): string[] {
  const names = list.split(',').filter(Boolean);
  const wrong = names.find((name) => !NAME.test(name) || name.startsWith('DBG_'));
  if (wrong === undefined) return names;
  throw usageError(`${FROM_CONTAINER} takes names of variables, not "${wrong}"`, [
    { what: 'such as', command: `dbg exec ${FROM_CONTAINER}=PGHOST,PGUSER CTR …` },
  ]);
}

/**
 * Reads docker's `-e K=V`. `-e K` takes the person's own value, and is left out when there is none.
 * Throws a usage error for a word that is neither.
 */
export function parseVariables(words: readonly string[], own: Readonly<Record<string, string | undefined>>): Variables {
  return Object.fromEntries(
    words.flatMap((word) => {
      const [name = '', value = own[name]] = word.split(/=(.*)/s);
      if (!NAME.test(name)) {
        throw usageError(`--env takes NAME=VALUE or NAME, not "${word}"`);
      }
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * Reads docker's --env-file, and gives the words that --env would have. Each line is NAME=VALUE or
 * NAME, and the value is taken as it stands. `#` begins a comment line. The file may be any, so a
 * usage error tells a wrong line by its number, not by its text. As with docker, a line that is not
 * UTF-8 is wrong; `text` has U+FFFD there.
 */
export function parseVariablesFile(text: string, file: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, at) => {
      const word = line.trimStart();
      if (word === '' || word.startsWith('#')) return [];
      const isText = !word.includes('\uFFFD');
      if (isText && NAME.test(word.split('=')[0]!)) return [word];
      throw usageError(`line ${at + 1} of ${file} is ${isText ? 'no NAME=VALUE and no NAME' : 'not UTF-8'}`, [
        { what: 'see it', command: `sed -n ${at + 1}p ${shellQuote(file)}${isText ? '' : ' | od -c'}` },
      ]);
    });
}

/** The names in docker's `-e NAME`, whose values the person's own environment has. */
export const valuesAskedFor = (words: readonly string[]): string[] => words.filter((word) => NAME.test(word));

/**
 * The tool's variables under other names, for the way to the tool: the tool's PATH would keep
 * nsenter from being found. The entry script gives them their own names at its end. They are not in
 * argv, which everybody on the host can read (proc(5), cmdline).
 */
export function disguised(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [`${DISGUISE}${name}`, value]));
}
const DISGUISE = 'DBG_ENV_';

/**
 * The variables of root's environment that a program of the container gets: enough to use the
 * terminal.
 */
export const FOR_THE_CONTAINERS = /^(PATH|HOME|TERM|COLORTERM|NO_COLOR|LANG|LC_\w+|TZ)$/;
