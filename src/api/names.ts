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

/** Asks for a container's name by its id; undefined: there is none. */
export type AskName = (id: string) => Promise<string | undefined>;

/** So many names are known at once; the oldest are forgotten. */
const MOST_NAMES = 10_000;

export function names(ask?: AskName): Names {
  const containers = new Map<string, string>();
  /** an exec's id → its container, as it was named there */
  const execs = new Map<string, string>();
  const asked = new Map<string, Promise<unknown>>();

  const put = (map: Map<string, string>, id: unknown, name: unknown) => {
    if (typeof id !== 'string' || typeof name !== 'string' || name === '') return;
    map.delete(id);
    map.set(id, name.replace(/^\//, ''));
    if (map.size > MOST_NAMES) map.delete(map.keys().next().value!);
  };

  /** the id or name of the container that a call is about */
  const containerOf = ({ operation: { subject } }: Call) =>
    subject?.kind === 'container' ? subject.ref : subject?.kind === 'exec' ? execs.get(subject.ref) : undefined;

  const begin = (call: Call) => {
    const ref = containerOf(call);
    if (ref === undefined || !isId(ref) || containers.has(ref) || asked.has(ref) || !ask) return;
    const answer = ask(ref)
      .then((name) => put(containers, ref, name))
      .catch(() => undefined)
      .finally(() => asked.delete(ref));
    asked.set(ref, answer);
  };

  const end = (call: Call) => {
    const { name, query } = call.operation;
    if (!LEARNED.has(name) || (call.response?.status ?? 400) >= 400) return;
    const named = () => new URLSearchParams(query).get('name');
    const body = () => jsonOf(call.received) as Record<string, unknown> | undefined;
    if (name === 'ContainerCreate') put(containers, body()?.['Id'], named());
    else if (name === 'ContainerRename') put(containers, call.operation.subject?.ref, named());
    else if (name === 'ContainerInspect') put(containers, body()?.['Id'], body()?.['Name']);
    else if (name === 'ContainerExec') put(execs, body()?.['Id'], containerOf(call));
    else listed(body()).forEach(({ Id, Names: all }) => put(containers, Id, all?.[0]));
  };

  return {
    learn: (call) => (call.endedAt === undefined ? begin(call) : end(call)),
    of: (call) => {
      const ref = containerOf(call) ?? call.operation.subject?.ref ?? newName(call);
      return containers.get(ref) ?? (isId(ref) ? ref.slice(0, 12) : ref);
    },
    settled: () => (asked.size === 0 ? undefined : Promise.all(asked.values())),
  };
}

const LEARNED = new Set(['ContainerCreate', 'ContainerRename', 'ContainerInspect', 'ContainerExec', 'ContainerList']);

const isId = (ref: string) => /^[\da-f]{64}$/.test(ref);

/** Of a container that is made, its name is in the query. */
const newName = ({ operation: { name, query } }: Call) =>
  name === 'ContainerCreate' ? (new URLSearchParams(query).get('name') ?? '') : '';

function listed(body: unknown): readonly { Id?: unknown; Names?: readonly unknown[] }[] {
  return Array.isArray(body) ? body.filter((each) => typeof each === 'object' && each !== null) : [];
}
