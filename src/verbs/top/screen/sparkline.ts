import type { Environment } from '../../../environment.ts';

/** How long the picture of a container's CPU goes back: a value a second. */
const SECONDS = 60;

/** The CPU use of each container in the last minute. */
export interface History {
  /**
   * Notes the values of this second, by the container's id. Those that are not named are forgotten.
   */
  note(values: ReadonlyMap<string, number | undefined>): void;
  /** The last minute of a container as `width` characters, the newest on the right. */
  picture(id: string, width: number): string;
}

export function cpuHistory(levels: string): History {
  let minutes = new Map<string, readonly number[]>();
  let second = 0;
  return {
    note: (values) => {
      second++;
      minutes = new Map(
        [...values].flatMap(([id, value]) =>
          value === undefined ? [] : [[id, [...(minutes.get(id) ?? []), value].slice(-2 * SECONDS)] as const],
        ),
      );
    },
    picture: (id, width) => picture(minutes.get(id) ?? [], second, width, levels),
  };
}

/**
 * Each character is the most of a few seconds. They are the same few seconds until the minute has
 * passed: so the picture moves on by whole characters, and does not flicker. Its height is in
 * proportion to the most of the minute, or to FLAT where that is more: an idle container looks
 * idle.
 */
function picture(values: readonly number[], second: number, width: number, levels: string): string {
  const each = Math.max(1, Math.ceil(SECONDS / width));
  const last = Math.floor(second / each);
  const buckets = Array.from({ length: width }, (): number | undefined => undefined);
  for (const [at, value] of values.entries()) {
    const bucket = width - 1 - (last - Math.floor((second - (values.length - 1 - at)) / each));
    if (bucket >= 0) buckets[bucket] = Math.max(buckets[bucket] ?? 0, value);
  }
  const most = Math.max(FLAT, ...buckets.map((value) => value ?? 0));
  return buckets
    .map((value) =>
      value === undefined ? ' ' : levels[Math.min(levels.length - 1, Math.floor((value / most) * levels.length))]!,
    )
    .join('');
}

/** In percent of one core. */
const FLAT = 5;

/** The characters for little to much: blocks, where the terminal's text is UTF-8 (locale(7)). */
export function levelsOf(env: Environment): string {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale) ? '▁▂▃▄▅▆▇█' : '_.-=+*#@';
}
