import { DbgError } from '../errors.ts';
import type { Container, ContainerSummary } from './container.ts';
import type { Engine } from './engine.ts';

/**
 * The one container that `ref` names: its full name or id, or a prefix of either that fits no other container. Throws a
 * DbgError that lists the candidates when several fit, and what runs when none does.
 */
export async function findContainer(engine: Engine, asked: string): Promise<Container> {
  const ref = asked.replace(/^\//, ''); // the API writes names with a slash before them, and docker takes them so

  const exact = isWellFormed(ref) ? await engine.inspect(ref) : undefined;
  if (exact && (exact.name === ref || exact.id === ref)) return exact;

  // What the engine found by a prefix of an id may also begin another container's name, so the list decides.
  const all = await engine.list();
  const [found, ...others] = containersMatching(all, ref);
  if (found === undefined) throw noSuchContainer(ref, all);
  if (others.length > 0) throw ambiguous(ref, [found, ...others]);
  const container = await engine.inspect(found.id);
  if (container === undefined) throw noSuchContainer(ref, all);
  return container;
}

/**
 * Whether an engine would allow it as a name (daemon/names: [a-zA-Z0-9][a-zA-Z0-9_.-]*), ids included. Anything else is
 * never put into a path: engines decode and clean it, so that "../../version" would be another question.
 */
function isWellFormed(ref: string): boolean {
  return /^[a-zA-Z0-9][\w.-]*$/.test(ref);
}

/** The containers whose name is `ref`, or else those whose name or id begins with it. */
function containersMatching(all: readonly ContainerSummary[], ref: string): ContainerSummary[] {
  const named = all.filter(({ name, id }) => name === ref || id === ref);
  return named.length > 0 ? named : all.filter(({ name, id }) => name.startsWith(ref) || id.startsWith(ref));
}

function noSuchContainer(ref: string, all: readonly ContainerSummary[]): DbgError {
  const running = all.filter(({ state }) => state === 'running').map(({ name }) => name);
  const shown = running.slice(0, 8).join(', ') + (running.length > 8 ? ', …' : '');
  return new DbgError(`there is no container "${ref}" (${shown ? `running: ${shown}` : 'none is running'})`, {
    next: [{ what: 'see all of them', command: 'docker ps -a' }],
  });
}

function ambiguous(ref: string, candidates: readonly ContainerSummary[]): DbgError {
  const shown = candidates.map(({ name, id }) => `${name} (${id.slice(0, 12)})`).join(', ');
  return new DbgError(`"${ref}" is the beginning of ${candidates.length} containers: ${shown}`, {
    next: [{ what: 'say more of the name or id', command: 'docker ps -a' }],
  });
}
