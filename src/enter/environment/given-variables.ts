import type { Container } from '../../engine/container.ts';
import { usageError } from '../../errors.ts';
import { shellQuote } from '../../text.ts';

export type Variables = Readonly<Record<string, string>>;

/** A name that a shell can hold; bash takes functions from others. Those that dbg uses itself begin with DBG_. */
const NAME = /^[A-Za-z_]\w*$/;

/** The names of the variables that the engine gives a container's processes, as a shell can hold them. */
export const namesOf = (all: readonly string[]): string[] => [...ofContainer(all).keys()].toSorted();

/**
 * Of a container's variables those that the person has named. No other is given to a tool of the host: some make it load code, start
 * programs or write files (MTR_PACKET, TAR_OPTIONS), no list of these is complete, and who started the container chose them.
 * Throws a DbgError that says which there are for one that is not there.
 * @param all NAME=VALUE, as the engine has them: the process could have written others into its own /proc/PID/environ
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

/** Names, separated by commas, as variables are named by custom: what a container is hardly ever called. */
export const isNameList = (word: string): boolean => /^[A-Z_][A-Z0-9_]*(,[A-Z_][A-Z0-9_]*)*$/.test(word);

/** Reads the value of `--env-from-container=A,B`; none when it has none. Throws a usage error. */
export function parseNames(list: string): string[] {
  const names = list.split(',').filter(Boolean);
  const wrong = names.find((name) => !NAME.test(name) || name.startsWith('DBG_'));
  if (wrong === undefined) return names;
  throw usageError(`${FROM_CONTAINER} takes names of variables, not "${wrong}"`, [
    { what: 'such as', command: `dbg exec ${FROM_CONTAINER}=PGHOST,PGUSER CTR …` },
  ]);
}

/** Reads docker's `-e K=V`; `-e K` takes the person's own value, and nothing when there is none. */
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
 * Reads docker's --env-file: NAME=VALUE or NAME on a line, the value as it stands there; `#` begins
 * a comment line. Gives them as words of
 * --env. The file may be any: what is wrong is told by its line's number.
 */
export function parseVariablesFile(text: string, file: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, at) => {
      const word = line.trimStart();
      if (word === '' || word.startsWith('#')) return [];
      if (NAME.test(word.split('=')[0]!)) return [word];
      throw usageError(`line ${at + 1} of ${file} is no NAME=VALUE and no NAME`, [
        { what: 'see it', command: `sed -n ${at + 1}p ${shellQuote(file)}` },
      ]);
    });
}

/** The names in docker's `-e NAME`, whose values are the person's own. */
export const valuesAskedFor = (words: readonly string[]): string[] => words.filter((word) => NAME.test(word));

/**
 * The tool's variables under other names, for the way to it: PATH would keep nsenter from being found. The entry script gives
 * them their own names at its end. Not in argv, which everybody on the host can read (proc(5), cmdline).
 */
export function disguised(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [`${DISGUISE}${name}`, value]));
}
const DISGUISE = 'DBG_ENV_';

/** What a program of the container gets of root's environment: enough to speak to the terminal. */
export const FOR_THE_CONTAINERS = /^(PATH|HOME|TERM|COLORTERM|NO_COLOR|LANG|LC_\w+|TZ)$/;
