/** A JSON value that can be read in one way alone, or why a text has none. */
export type Read = { readonly value: unknown } | { readonly unclear: string };

/**
 * Reads the JSON of a request's body, and says where the engine might read something else. An empty
 * body has the value undefined. Go's encoding/json
 * - takes the value that stands first, and passes over what follows;
 * - of two members with one name takes the last, and if both are objects, the members of both.
 */
export function readStrictly(body: Buffer): Read {
  const text = body.toString('utf8');
  if (text.trim() === '') return { value: undefined };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { unclear: 'a body that is no JSON' };
  }
  return countNames(text) === countMembers(value) ? { value } : { unclear: 'a body that names a member twice' };
}

/** Counts the members' names in JSON: outside of strings, each colon stands behind such a name. */
function countNames(text: string): number {
  let count = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') isString = !isString;
    else if (!isString) count += char === ':' ? 1 : 0;
    else if (char === '\\') at++;
  }
  return count;
}

function countMembers(value: unknown): number {
  let count = 0;
  // A list that grows, not recursion: a megabyte of JSON may be nested too deep for the call stack.
  const left = [value];
  for (let at = 0; at < left.length; at++) {
    const each = left[at];
    if (typeof each !== 'object' || each === null) continue;
    if (!Array.isArray(each)) count += Object.keys(each).length;
    for (const member of Object.values(each)) left.push(member);
  }
  return count;
}

/**
 * A member's name in the form in which Go compares names: without regard to case. So "ſ" is an "s",
 * and the sign of Kelvin is a "k".
 */
export const folded = (name: string) => name.toUpperCase().toLowerCase();
