import { REDACTED } from '../wire/redact/secret-names.ts';
import { canonical, isSet, variableName } from '../wire/calls/set-lists.ts';

/** A place where two JSON values differ: ".HostConfig.Memory"; undefined: it is not there. */
export interface JsonDifference {
  readonly path: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** What a value is a member of: the path that leads to it, the last name of that, and the name before. */
interface Place {
  readonly path: string;
  readonly name: string;
  readonly parent: string;
}

const ROOT: Place = { path: '', name: '', parent: '' };

/**
 * Where two values differ, by their content: the order of keys is none, nor is that of lists that are sets (sets.ts). What was redacted
 * in one is like any string in the other. `name`: what they are a member of, if of anything.
 */
export const jsonDifferences = (a: unknown, b: unknown, name = ''): JsonDifference[] =>
  differences(a, b, { ...ROOT, name });

function differences(a: unknown, b: unknown, place: Place): JsonDifference[] {
  if (Object.is(a, b)) return [];
  const { path, name, parent } = place;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (isSet(name, parent)) return setDifferences(a, b, place);
    return pairs(a, b).flatMap(([one, other], at) => differences(one, other, { ...place, path: `${path}[${at}]` }));
  }
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) =>
      differences(own(a, key), own(b, key), { path: `${path}.${key}`, name: key, parent: name }),
    );
  }
  const [was, is] = [canonical(a, name), canonical(b, name)];
  if (typeof was === 'string' && typeof is === 'string' && sameText(was, is)) return [];
  return [{ path, a, b }];
}

/** What only one of two sets has; where both have something, beside what it may have been before. */
function setDifferences(a: readonly unknown[], b: readonly unknown[], place: Place): JsonDifference[] {
  if (place.name === 'Env') return variableDifferences(a, b, place);
  const [was, is] = [textsOf(a, place), textsOf(b, place)];
  const only = (these: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>) =>
    [...these].flatMap(([text, value]) => (others.has(text) ? [] : [value]));
  return pairs(only(was, is), only(is, was)).flatMap(([one, other]) => differences(one, other, place));
}

const textsOf = (list: readonly unknown[], { name, parent }: Place) =>
  new Map((canonical(list, name, parent) as unknown[]).map((each) => [JSON.stringify(each), each]));

/** By the variables' names. */
function variableDifferences(a: readonly unknown[], b: readonly unknown[], place: Place): JsonDifference[] {
  const [was, is] = [variables(a), variables(b)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((variable) => {
    const of = { path: `${place.path} ${variable}`, name: variable, parent: place.name };
    return pairs(was.get(variable) ?? [], is.get(variable) ?? []).flatMap(([one, other]) =>
      differences(one, other, of),
    );
  });
}

/** The values by their names; an entry that is no "NAME=VALUE" has itself for a value. */
function variables(list: readonly unknown[]): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const entry of list) {
    const name = variableName(entry);
    const value = typeof entry === 'string' && entry.length > name.length ? entry.slice(name.length + 1) : entry;
    found.set(name, [...(found.get(name) ?? []), value]);
  }
  return found;
}

const pairs = (a: readonly unknown[], b: readonly unknown[]): (readonly [unknown, unknown])[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, at) => [a[at], b[at]] as const);

/** "body .HostConfig.Memory: 0 → 1048576" */
export const differenceText = (what: string, was: unknown, is: unknown): string =>
  `${what}: ${told(was)} → ${told(is)}`;

const told = (value: unknown) =>
  value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value);

/** Whether two texts are the same, where a secret that was taken out of one is any text in the other. */
const sameText = (a: string, b: string): boolean => a === b || covers(a, b) || covers(b, a);

/** Compared part by part: a pattern could be made to take for ever. */
function covers(pattern: string, text: string): boolean {
  const parts = pattern.split(REDACTED);
  if (parts.length === 1) return false;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

const own = (value: Record<string, unknown>, key: string) => (Object.hasOwn(value, key) ? value[key] : undefined);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text as JSON; undefined when it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
