import { folded } from './strict-json.ts';

/**
 * What a value may be without giving away anything of the host:
 * - 'any': anything
 * - 'none': nothing, which is null, false, 0, "", [] or {}
 * - a RegExp: a text that fits it, or "" or null
 * - members: an object with these members; its other members are null, false, 0 or ""
 * - each: a list, each element of which has this shape; with `names`: an object whose members all
 *   have names that fit, and this shape
 */
export type Shape =
  | 'any'
  | 'none'
  | RegExp
  | { readonly members: Readonly<Record<string, Shape>> }
  | { readonly each: Shape; readonly names?: RegExp };

/** Makes an object's shape. Members with the same shape are named together, with blanks between. */
export function members(shapes: readonly (readonly [names: string, shape: Shape])[]): Shape {
  return {
    members: Object.fromEntries(
      shapes.flatMap(([names, shape]) =>
        names
          .trim()
          .split(/\s+/)
          .map((name) => [folded(name), shape]),
      ),
    ),
  };
}

/** Names the place where a value differs from its shape: "HostConfig.Binds". undefined: nowhere. */
export function offence(value: unknown, shape: Shape, at: string): string | undefined {
  if (shape === 'any' || value === null || value === undefined) return undefined;
  if (shape === 'none') return isNothing(value) ? undefined : at;
  if (shape instanceof RegExp) return value === '' || (typeof value === 'string' && shape.test(value)) ? undefined : at;
  if (typeof value !== 'object') return at;
  if ('each' in shape) {
    const { each, names } = shape;
    if (Array.isArray(value) !== (names === undefined)) return isNothing(value) ? undefined : at;
    return first(Object.entries(value), ([name, member]) =>
      names && !names.test(name) ? within(at, name) : offence(member, each, names ? within(at, name) : at),
    );
  }
  if (Array.isArray(value)) return at;
  const seen = new Set<string>();
  return first(Object.entries(value), ([name, member]) => {
    const key = folded(name);
    if (seen.has(key)) return within(at, name);
    seen.add(key);
    const known = Object.hasOwn(shape.members, key) ? shape.members[key] : undefined;
    if (known !== undefined) return offence(member, known, within(at, name));
    return member === null || member === false || member === 0 || member === '' ? undefined : within(at, name);
  });
}

const within = (at: string, name: string) => (at === '' ? name : `${at}.${name}`).slice(0, 200);

function first<T>(all: readonly T[], find: (each: T) => string | undefined): string | undefined {
  for (const each of all) {
    const found = find(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNothing(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === false || value === 0 || value === '';
}
