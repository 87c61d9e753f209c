import { redactJson } from '../../api/wire/redact/redact-json.ts';
import { toLatin1, toUtf8 } from '../../api/wire/redact/json-text.ts';
import { redactText } from '../../api/wire/redact/redact-text.ts';
import { redactTokens } from '../../api/wire/redact/redact-tokens.ts';
import { isSecretValue, REDACTED } from '../../api/wire/redact/secret-names.ts';
import { parseEnviron } from '../../proc/pid/environ.ts';

/** A shorter value may stand anywhere by chance. */
const SHORTEST = 6;

/** Leaves out of a text, of any number of lines, what is a secret. */
export type Hide = (text: string) => string;

/**
 * Makes what hides secrets in what a container has printed: what `dbg api` redacts in a text, and
 * besides the values of the container's own variables that are secrets by their name.
 */
export function hiding(env: readonly string[]): Hide {
  const values = parseEnviron(env.join('\0'))
    .filter(([name, value]) => value.length >= SHORTEST && isSecretValue(name, value))
    .map(([, value]) => value)
    .toSorted((a, b) => b.length - a.length);
  return (text) => {
    let safe = text;
    for (const value of values) safe = safe.replaceAll(value, () => REDACTED);
    // A private key has several lines. All else is judged line by line, as it was printed.
    return redactTokens(safe).split('\n').map(lineWithout).join('\n');
  };
}

/** A line of a log may be JSON. Its keys say more than its looks. */
function lineWithout(line: string): string {
  return /^\s*\{.*\}\s*$/.test(line) ? toUtf8(redactJson(toLatin1(line))) : redactText(line);
}

/** The same of a whole value of JSON: of each text in it, and of each key. */
export function hiddenIn<T>(value: T, hide: Hide): T {
  const visit = (each: unknown): unknown => {
    if (typeof each === 'string') return hide(each);
    if (Array.isArray(each)) return each.map(visit);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, its]) => [key, visit(its)]));
  };
  return visit(value) as T;
}
