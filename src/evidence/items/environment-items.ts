import { redactText } from '../../api/wire/redact/redact-text.ts';
import { redactVariable } from '../../api/wire/redact/secret-names.ts';
import { parseEnviron } from '../../proc/pid/environ.ts';
import type { ComparedVariable } from '../../process/variables-in-use.ts';
import type { Item } from '../container-evidence.ts';
import { bounded, item, type Marker } from './item.ts';

/** The variables that the image and `docker run` gave, by name, without secrets. */
export function environmentItems(env: readonly string[], id: string, mark: Marker): Item[] {
  const variables = new Map(parseEnviron(env.join('\0')));
  return bounded(sorted([...variables].map(([name, value]) => variable(name, value, id, mark))));
}

/**
 * The variables that the first process was started with and that are not as the engine was told: an
 * entry point has set, changed or unset them.
 */
export function processEnvironmentItems(variables: readonly ComparedVariable[], id: string, mark: Marker): Item[] {
  const changed = variables.filter(({ name, isSame, configured }) => !isSame && !isEngines(name, configured));
  return bounded(
    changed.map(({ name, process }) =>
      process === undefined ? item(name, 'unset', { mark }) : variable(name, process, id, mark),
    ),
  );
}

/**
 * The engine itself gives HOSTNAME, HOME and a PATH to a container that was given none
 * (moby, CreateDaemonEnvironment), and TERM with a terminal.
 */
const isEngines = (name: string, configured: string | undefined) =>
  configured === undefined && /^(HOSTNAME|HOME|PATH|TERM)$/.test(name);

function variable(name: string, value: string, id: string, mark: Marker): Item {
  const safe = redactVariable(`${name}=${value}`, redactText).slice(name.length + 1);
  const isOwnId = name === 'HOSTNAME' && value !== '' && id.startsWith(value);
  return item(name, value, { safe, mark, nature: isOwnId ? 'id' : undefined });
}

const sorted = (items: readonly Item[]) => items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
