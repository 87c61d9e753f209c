import { jsonOf, type Call } from './call.ts';

/** Knows containers by their names, from what went over the wire, and by asking for those that did not. */
export interface Names {
  /** Learns from a call, when it begins and when it has ended. */
  learn(call: Call): void;
  /** What a call is about, for a person: the container's name, else the name or short id in its path; "" when it names nothing. */
  of(call: Call): string;
  /** Resolves when names that were asked for have come; undefined when none is missing. */
  settled(): Promise<unknown> | undefined;
}

/** Asks for a container's name by its id, or the first 12 digits of that; undefined: there is none. */
export type AskName = (id: string) => Promise<string | undefined>;

/** So many names are known at once; the oldest are forgotten. */
const MOST_NAMES = 10_000;

export function names(ask?: AskName): Names {
  /** the first 12 digits of an id, by which docker's CLI asks as well → the container's name */
  const containers = new Map<string, string>();
  /** the other way; what was renamed is here by its old name too */
  const ids = new Map<string, string>();
  /** an exec's id → its container, as it was named there */
  const execs = new Map<string, string>();
  /** the names that calls gave to what they made */
  const made = new WeakMap<Call, string>();
  const asked = new Map<string, Promise<unknown>>();

  const name = (id: unknown, given: unknown) => {
    if (typeof id !== 'string' || typeof given !== 'string' || given === '') return;
    const clean = given.replace(/^\//, '');
    // What looked like an id, and was asked for, may be a name.
    const isItself = id === clean;
    put(ids, clean, isItself ? '' : shortId(id));
    if (!isItself && isId(id)) put(containers, shortId(id), clean);
  };

  const isName = (ref: string) => {
    const id = ids.get(ref);
    return id !== undefined && (containers.get(id) ?? ref) === ref;
  };

  /** As the engine looks for it: a name before the beginning of an id. */
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

/** An id, or as much of one as docker's CLI shows, or more. */
const isId = (ref: string) => /^[\da-f]{12,64}$/.test(ref);
const shortId = (id: string) => id.slice(0, 12);

function put(map: Map<string, string>, key: unknown, value: unknown): void {
  if (typeof key !== 'string' || typeof value !== 'string') return;
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST_NAMES) map.delete(map.keys().next().value!);
}

/** Of a container that is made, its name is in the query. */
const newName = ({ operation: { like, query } }: Call) =>
  like === 'ContainerCreate' ? (new URLSearchParams(query).get('name') ?? '') : '';

/** … or, as Podman's own API has it, in the body. */
function nameInBody({ sent }: Call): string {
  const { name } = (jsonOf(sent) ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : '';
}

function listed(body: unknown): readonly { Id?: unknown; Names?: readonly unknown[] }[] {
  return Array.isArray(body) ? body.filter((each) => typeof each === 'object' && each !== null) : [];
}
