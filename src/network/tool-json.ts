import { DbgError } from '../errors.ts';

/**
 * The programs whose `-j` or `-J` dbg reads: the version that first prints JSON, and the command
 * that tells the version.
 */
const PROGRAMS = {
  ip: { since: 'iproute2 4.14', command: 'ip -V' },
  lsns: { since: 'util-linux 2.27', command: 'lsns -V' },
} as const;

/**
 * The objects that `ip -j` prints (an array) or `lsns -J` prints (an array under its one key).
 * Throws a DbgError when the text is neither. dbg parses what these programs print nowhere else:
 * containers choose the names of the devices in it.
 */
export function toolObjects(program: keyof typeof PROGRAMS, printed: string): readonly object[] {
  const { since, command } = PROGRAMS[program];
  try {
    const value = JSON.parse(repaired(printed)) as unknown;
    const list = program === 'ip' ? value : (value as { namespaces?: unknown }).namespaces;
    if (Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null)) return list as object[];
  } catch {
    // The error is thrown below.
  }
  throw new DbgError(`${program} printed no JSON that can be read; dbg needs ${since} or newer`, {
    next: [{ what: 'which one is it', command }],
  });
}

/**
 * Makes valid JSON of what iproute2's writer (lib/json_writer.c) prints. The writer leaves control
 * characters in a device's name or alias as they are. Before 5.6 it writes a backslash before an
 * apostrophe. JSON allows neither.
 */
function repaired(printed: string): string {
  const valid = printed.replace(/\\[^]/g, (escape) => (escape === "\\'" ? "'" : escape));
  return valid.replace(/\p{Cc}/gu, (char) =>
    /\s/.test(char) ? ' ' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
