import { REDACTED } from '../redact/names.ts';

/** A place where two JSON values differ: ".HostConfig.Memory"; undefined: it is not there. */
export interface JsonDifference {
  readonly path: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** Where two values differ, by their content: the order of keys is none. What was redacted in one is like any string in the other. */
export function jsonDifferences(a: unknown, b: unknown, path = ''): JsonDifference[] {
  if (Object.is(a, b)) return [];
  if (Array.isArray(a) && Array.isArray(b)) {
    return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => at).flatMap((at) =>
      jsonDifferences(a[at], b[at], `${path}[${at}]`),
    );
  }
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => jsonDifferences(own(a, key), own(b, key), `${path}.${key}`));
  }
  if (typeof a === 'string' && typeof b === 'string' && sameText(a, b)) return [];
  return [{ path, a, b }];
}

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
