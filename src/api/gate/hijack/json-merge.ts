type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether a JSON value contains another one: objects have all its members, lists have all its
 * elements in any order, and other values are equal.
 */
export function has(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && wanted.every((each) => value.some((element) => has(element, each)));
  }
  if (isObject(wanted)) {
    return (
      isObject(value) &&
      Object.entries(wanted).every(([name, each]) => Object.hasOwn(value, name) && has(value[name], each))
    );
  }
  return value === wanted;
}

/**
 * Gives a JSON value with a patch merged into it (RFC 7386): members of the patch are set, and
 * members that are null in the patch are removed.
 */
export function merged(value: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(value) ? Object.entries(value) : []);
  for (const [name, each] of Object.entries(patch)) {
    if (each === null) result.delete(name);
    else result.set(name, merged(result.get(name), each));
  }
  return Object.fromEntries(result);
}
