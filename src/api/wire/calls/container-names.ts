import { jsonOf, type Call } from './call.ts';

/** Knows the names of containers: from what went over the wire, and by asking for the others. */
export interface Names {
  /** Learns from a call. Must be called when the call begins, and when it has ended. */
  learn(call: Call): void;
  /**
   * What a call is about, for a person: the container's name; else the name or short id in its
   * path; "" when the path names nothing.
   */
  of(call: Call): string;
  /** Resolves when the names that were asked for have come. undefined when none is awaited. */
  settled(): Promise<unknown> | undefined;
}

/**
 * Asks for a container's name by its id or the first 12 digits of that. undefined: there is no such
 * container.
 */
export type AskName = (id: string) => Promise<string | undefined>;

/** How many names are known at once. The oldest are forgotten. */
const MOST_NAMES = 10_000;

/** Without `ask`, only names that went over the wire are known. */
export function names(ask?: AskName): Names {
  /** the first 12 digits of an id → the container's name; docker's CLI asks by 12 digits as well */
  const containers = new Map<string, string>();
  /**
   * a container's name → the first 12 digits of its id; a renamed container is here by its old name
   * too
   */
  const ids = new Map<string, string>();
  /** an exec's id → its container, as the call that made the exec named it */
  const execs = new Map<string, string>();
  /** the names that calls gave to the containers they made */
  const made = new WeakMap<Call, string>();
  const asked = new Map<string, Promise<unknown>>();

  const name = (id: unknown, given: unknown) => {
    if (typeof id !== 'string' || typeof given !== 'string' || given === '') return;
    const clean = given.replace(/^\//, '');
    // A reference that looked like an id, and was asked for, may itself be a name.
    const isItself = id === clean;
    put(ids, clean, isItself ? '' : shortId(id));
    if (!isItself && isId(id)) put(containers, shortId(id), clean);
  };

  const isName = (ref: string) => {
    const id = ids.get(ref);
    return id !== undefined && (containers.get(id) ?? ref) === ref;
  };

  /**
   * The name of the container with this id; undefined when `ref` is no id, or no known one. `ref`
   * is looked up as by the engine: it is a name before it is the beginning of an id.
   */
  const nameOf = (ref: string): string | undefined =>
    !isId(ref) || isName(ref) ? undefined : containers.get(shortId(ref));

  /** the id or name of the container that a call is about */
  const containerOf = ({ operation: { subject } }: Call) =>
    subject?.kind === 'container' ? subject.ref : subject?.kind === 'exec' ? execs.get(subject.ref) : undefined;

  const begin = (call: Call) => {
    const ref = containerOf(call);
    if (ref === undefined || !isId(ref) || isName(ref) || nameOf(ref) !== undefined || asked.has(ref) || !ask) return;
    const answer = ask(ref)
      .then((given) => name(ref, given))
      .catch(() => undefined)
      .finally(() => asked.delete(ref));
    asked.set(ref, answer);
  };

  const end = (call: Call) => {
    const { like: operation, query, subject } = call.operation;
    if (!LEARNED.has(operation) || (call.response?.status ?? 400) >= 400) return;
    const named = () => new URLSearchParams(query).get('name');
    const body = () => jsonOf(call.received) as Record<string, unknown> | undefined;
    if (operation === 'ContainerCreate') {
      const given = named() ?? nameInBody(call);
      made.set(call, given);
      name(body()?.['Id'], given);
    }
    if (operation === 'ContainerRename') name(isName(subject!.ref) ? ids.get(subject!.ref) : subject?.ref, named());
    else if (operation === 'ContainerInspect') name(body()?.['Id'], body()?.['Name']);
    else if (operation === 'ContainerExec') put(execs, body()?.['Id'], containerOf(call));
    else listed(body()).forEach(({ Id, Names: all }) => name(Id, all?.[0]));
  };

  return {
    learn: (call) => (call.endedAt === undefined ? begin(call) : end(call)),
    of: (call) => {
      const ref = containerOf(call) ?? call.operation.subject?.ref ?? made.get(call) ?? newName(call);
      return nameOf(ref) ?? (/^[\da-f]{64}$/.test(ref) ? shortId(ref) : ref);
    },
    settled: () => (asked.size === 0 ? undefined : Promise.all(asked.values())),
  };
}

const LEARNED = new Set(['ContainerCreate', 'ContainerRename', 'ContainerInspect', 'ContainerExec', 'ContainerList']);

/**
 * Whether `ref` is an id, or a beginning of one with at least the 12 digits that docker's CLI
 * shows.
 */
const isId = (ref: string) => /^[\da-f]{12,64}$/.test(ref);
const shortId = (id: string) => id.slice(0, 12);

function put(map: Map<string, string>, key: unknown, value: unknown): void {
  if (typeof key !== 'string' || typeof value !== 'string') return;
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST_NAMES) map.delete(map.keys().next().value!);
}

/** The name in the query of a call that makes a container; '' where there is none. */
const newName = ({ operation: { like, query } }: Call) =>
  like === 'ContainerCreate' ? (new URLSearchParams(query).get('name') ?? '') : '';

/** The name in the body of such a call, where Podman's own API has it; '' where there is none. */
function nameInBody({ sent }: Call): string {
  const { name } = (jsonOf(sent) ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : '';
}

function listed(body: unknown): readonly { Id?: unknown; Names?: readonly unknown[] }[] {
  return Array.isArray(body) ? body.filter((each) => typeof each === 'object' && each !== null) : [];
}
