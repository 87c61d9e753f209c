import { DbgError } from '../errors.ts';

/** A program whose `-j` or `-J` dbg reads, since when it prints JSON, and how to see which one it is. */
const PROGRAMS = {
  ip: { since: 'iproute2 4.14', command: 'ip -V' },
  lsns: { since: 'util-linux 2.27', command: 'lsns -V' },
} as const;

/**
 * The objects of what `ip -j` prints (an array) or `lsns -J` (an array under its one key). Throws a DbgError when it is no such
 * thing: nothing else in dbg parses what these programs print, as containers name the devices that they print.
 */
export function toolObjects(program: keyof typeof PROGRAMS, printed: string): readonly object[] {
  const { since, command } = PROGRAMS[program];
  try {
    const value = JSON.parse(repaired(printed)) as unknown;
    const list = program === 'ip' ? value : (value as { namespaces?: unknown }).namespaces;
    if (Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null)) return list as object[];
  } catch {
    // Said below.
  }
  throw new DbgError(`${program} printed no JSON that can be read; dbg needs ${since} or newer`, {
    next: [{ what: 'which one is it', command }],
  });
}

/**
 * iproute2's writer (lib/json_writer.c) leaves control characters of a device's name or alias as they are, and before 5.6 writes a
 * backslash before an apostrophe: JSON allows neither.
 */
function repaired(printed: string): string {
  const valid = printed.replace(/\\[^]/g, (escape) => (escape === "\\'" ? "'" : escape));
  return valid.replace(/\p{Cc}/gu, (char) =>
    /\s/.test(char) ? ' ' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
