import { DbgError, type NextStep } from '../errors.ts';
import { shellQuote } from '../text.ts';
import type { Container, ContainerSummary } from './container.ts';
import type { Engine } from './engine.ts';
import { matching, type Match, portRef, SERVICE, serviceNames } from './match.ts';

/** What the caller needs the container for. */
export interface Finding {
  /**
   * The caller will change something, so the beginning of a name is refused: another container may
   * be meant. 12 digits of an id are enough.
   */
  readonly isWhole?: boolean;
}

/**
 * The one container that `ref` names: matching() (match.ts) and docs/naming.md say how. Throws a
 * DbgError that lists the candidates when several fit, and the running containers when none does. A
 * full name or id costs one call to the engine.
 */
export async function findContainer(engine: Engine, asked: string, { isWhole }: Finding = {}): Promise<Container> {
  // The API writes a slash before names, and docker accepts names in that form.
  const ref = asked.replace(/^\//, '');

  const first = isWellFormed(ref) ? await engine.inspect(ref) : undefined;
  if (first && (first.name === ref || first.id === ref)) return first;

  // The engine also takes `ref` for a prefix of an id. It may begin another container's name as
  // well, so the list decides.
  const all = await engine.list();
  const match = matching(all, ref);
  const [found, ...others] = match.containers;
  if (found === undefined) throw noSuchContainer(ref, all);
  if (others.length > 0) throw ambiguous(ref, match);
  if (isWhole && match.by === 'prefix' && !isShortId(ref, found)) throw onlyBegun(ref, found);
  if (found.id === first?.id) return first;
  const container = await engine.inspect(found.id);
  if (container === undefined) throw noSuchContainer(ref, all);
  return container;
}

/**
 * Whether an engine would allow `ref` as a name (daemon/names: [a-zA-Z0-9][a-zA-Z0-9_.-]*) or as an
 * id. Anything else is never put into a path: engines decode and clean a path, so "../../version"
 * would ask another question.
 */
function isWellFormed(ref: string): boolean {
  return /^[a-zA-Z0-9][\w.-]*$/.test(ref);
}

/** Whether `ref` is at least the 12 digits of an id that `docker ps` shows. */
const isShortId = (ref: string, { id }: ContainerSummary) => ref.length >= 12 && id.startsWith(ref);

const onlyBegun = (ref: string, { name }: ContainerSummary) =>
  new DbgError(
    `"${ref}" is only the beginning of "${name}", and a command that changes something needs the whole name: nothing was done`,
    {
      next: [{ what: 'if you mean that one', command: `dbg … ${shellQuote(name)}` }],
    },
  );

function noSuchContainer(ref: string, all: readonly ContainerSummary[]): DbgError {
  const port = portRef(ref);
  if (port) {
    const published = all.flatMap(({ ports }) => ports.flatMap(({ host }) => host ?? [])).toSorted((a, b) => a - b);
    const which = `${port.port}${port.protocol ? `/${port.protocol}` : ''}`;
    return new DbgError(
      `no container publishes port ${which} (${some('published', [...new Set(published)].map(String))})`,
      { next: [{ what: 'who listens there', command: `ss -tulpn 'sport = :${port.port}'` }] },
    );
  }
  const running = all.filter(({ state }) => state === 'running').map(({ name }) => name);
  return new DbgError(`there is no container "${ref}" (${some('running', running)})`, {
    next: [{ what: 'see all of them', command: 'docker ps -a' }],
  });
}

function some(what: string, names: readonly string[]): string {
  return names.length > 0 ? `${what}: ${shortList(names, 8)}` : `none is ${what}`;
}

function ambiguous(ref: string, { by, containers }: Match): DbgError {
  const shown = shortList(
    containers.map((each) => candidate(each, by)),
    12,
  );
  const count = `${containers.length} containers: ${shown}`;
  switch (by) {
    case 'port':
      return new DbgError(`port ${ref.slice(1)} is published by ${count}`, { next: [NAME_IT] });
    case 'service':
      return new DbgError(`"${ref}" is the service of ${count}`, { next: [servicesOf(containers)] });
    default:
      return new DbgError(`"${ref}" is the beginning of ${count}`, {
        next: [{ what: 'say more of the name or id', command: 'docker ps -a' }],
      });
  }
}

const NAME_IT: NextStep = { what: 'name one of them', command: 'docker ps' };

function servicesOf([first]: readonly ContainerSummary[]): NextStep {
  const label = `${SERVICE}=${first?.labels[SERVICE] ?? ''}`;
  return { what: 'name one of them', command: `docker ps -a --filter ${shellQuote(`label=${label}`)}` };
}

/**
 * A candidate in an error's list: its name, which can be typed, and what tells it from the others.
 */
function candidate({ name, id, state, labels }: ContainerSummary, by: Match['by']): string {
  return by === 'service' ? `${name} (${serviceNames(labels).at(-1)}, ${state})` : `${name} (${id.slice(0, 12)})`;
}

function shortList(names: readonly string[], most: number): string {
  return names.slice(0, most).join(', ') + (names.length > most ? `, … (${names.length - most} more)` : '');
}
