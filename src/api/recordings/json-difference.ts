import { REDACTED } from '../wire/redact/secret-names.ts';
import { canonical, isSet, variableName } from '../wire/calls/set-lists.ts';

/**
 * A place where two JSON values differ: ".HostConfig.Memory". `a` or `b` is undefined where it has
 * nothing there.
 */
export interface JsonDifference {
  readonly path: string;
  readonly a: unknown;
  readonly b: unknown;
}

/**
 * Where a value stands: the path that leads to it, the last name of that path, and the name before.
 */
interface Place {
  readonly path: string;
  readonly name: string;
  readonly parent: string;
}

const ROOT: Place = { path: '', name: '', parent: '' };

/**
 * Where two values differ in content. `name` is what they are a member of, if of anything.
 * - The order of keys does not count, nor does that of lists that are sets (set-lists.ts).
 * - A secret that was redacted in one is like any string in the other.
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

/**
 * Where two sets differ: in the entries that only one of them has. Where both have such entries,
 * one of each is compared: it may have been changed into the other.
 */
function setDifferences(a: readonly unknown[], b: readonly unknown[], place: Place): JsonDifference[] {
  if (place.name === 'Env') return variableDifferences(a, b, place);
  const [was, is] = [textsOf(a, place), textsOf(b, place)];
  const only = (these: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>) =>
    [...these].flatMap(([text, value]) => (others.has(text) ? [] : [value]));
  return pairs(only(was, is), only(is, was)).flatMap(([one, other]) => differences(one, other, place));
}

const textsOf = (list: readonly unknown[], { name, parent }: Place) =>
  new Map((canonical(list, name, parent) as unknown[]).map((each) => [JSON.stringify(each), each]));

/** Where two lists of variables differ, by the variables' names. */
function variableDifferences(a: readonly unknown[], b: readonly unknown[], place: Place): JsonDifference[] {
  const [was, is] = [variables(a), variables(b)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((variable) => {
    const of = { path: `${place.path} ${variable}`, name: variable, parent: place.name };
    return pairs(was.get(variable) ?? [], is.get(variable) ?? []).flatMap(([one, other]) =>
      differences(one, other, of),
    );
  });
}

/** The values of variables by their names. An entry that is no "NAME=VALUE" is its own value. */
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

/** A difference for a person: "body .HostConfig.Memory: 0 → 1048576". */
export const differenceText = (what: string, was: unknown, is: unknown): string =>
  `${what}: ${told(was)} → ${told(is)}`;

const told = (value: unknown) =>
  value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value);

/**
 * Whether two texts are the same. A secret that was taken out of one stands for any text in the
 * other.
 */
const sameText = (a: string, b: string): boolean => a === b || covers(a, b) || covers(b, a);

/**
 * Whether `pattern`, a redacted text, stands for `text`. They are compared part by part: made a
 * RegExp, a pattern could take for ever.
 */
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

/** The value of a JSON text; undefined when the text is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
