// How cgroup files write values (Documentation/admin-guide/cgroup-v2.rst, "Interface Files").

/**
 * A single value. null means "no limit", which is `max` in v2 and, in v1, -1 or the largest number
 * of pages (9223372036854771712 with pages of 4 KiB). undefined for a file that is not there.
 */
export function amount(text: string | undefined): number | null | undefined {
  const word = text?.trim();
  if (word === undefined || word === '') return undefined;
  const value = Number(word);
  return word === 'max' || value < 0 || value >= 2 ** 62 ? null : Number.isNaN(value) ? undefined : value;
}

/** A value that is a count, never a limit; undefined for a file that is not there. */
export const count = (text: string | undefined): number | undefined => amount(text) ?? undefined;

/**
 * Flat keyed: "KEY VALUE" on each line, as in memory.events. A value is looked for when it is asked
 * for: memory.stat has some forty of them, and dbg top wants three, of each container every second.
 */
export function flatKeyed(text = ''): { get(key: string): number | undefined } {
  return {
    get: (key) => {
      const line = text.startsWith(`${key} `) ? 0 : text.indexOf(`\n${key} `) + 1;
      if (line === 0 && !text.startsWith(`${key} `)) return undefined;
      const from = line + key.length + 1;
      const end = text.indexOf('\n', from);
      return Number(text.slice(from, end < 0 ? undefined : end));
    },
  };
}

/** Nested keyed: "KEY SUBKEY=VALUE …" on each line, as in io.max and the *.pressure files. */
export function nestedKeyed(text: string | undefined): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const lines = (text ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    lines.flatMap(([key, ...pairs]) =>
      pairs.length === 0 ? [] : [[key!, new Map(pairs.map((pair) => pair.split('=', 2) as [string, string]))] as const],
    ),
  );
}

/**
 * The last number of each line in a file of v1's block controller, by device. The file has a line
 * for each device and key: "254:0 Read 4096". With `key`, only lines with that key count.
 */
export function perDevice(text: string | undefined, key?: string): ReadonlyMap<string, number> {
  const lines = (text ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    lines
      .filter((words) => /^\d+:\d+$/.test(words[0]!) && (key === undefined || words[1] === key))
      .map((words) => [words[0]!, Number(words.at(-1))] as const),
  );
}
