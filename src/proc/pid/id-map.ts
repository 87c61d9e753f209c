/**
 * A line of /proc/PID/uid_map or gid_map (user_namespaces(7)): `length` ids from `inside` on are
 * those from `outside` on in the other user namespace.
 */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly length: number;
}

/** Reads /proc/PID/uid_map or gid_map. */
export function parseIdMap(text: string): IdRange[] {
  return text.split('\n').flatMap((line) => {
    const [, inside, outside, length] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(line) ?? [];
    return length === undefined ? [] : [{ inside: Number(inside), outside: Number(outside), length: Number(length) }];
  });
}

/**
 * The number that a user namespace has for an id of the host, by its map; undefined when it has
 * none.
 */
export function idInside(map: readonly IdRange[], id: number): number | undefined {
  const range = map.find(({ outside, length }) => id >= outside && id < outside + length);
  return range && range.inside + id - range.outside;
}

/**
 * The number that the kernel shows for a user or group without a number in a user namespace
 * (/proc/sys/kernel/overflowuid).
 */
export const OVERFLOW_ID = 65_534;

/**
 * The number that a user namespace has for an id of the host, by the text of its map; OVERFLOW_ID
 * when it has none.
 */
export function insideId(map: string, id: number): number {
  return idInside(parseIdMap(map), id) ?? OVERFLOW_ID;
}
