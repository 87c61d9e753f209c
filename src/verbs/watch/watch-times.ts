import type { Context } from '../../context.ts';
import { type DockerTime, parseDockerTime } from '../../engine/following/docker-time.ts';
import { usageError } from '../../errors.ts';

export interface TimesTyped {
  readonly since?: string;
  readonly until?: string;
}

export interface Times {
  readonly since: DockerTime | undefined;
  readonly until: DockerTime | undefined;
}

/** Reads `--since` and `--until`, as docker does. Throws a usage error. */
export function readTimes({ now }: Pick<Context, 'now'>, { since, until }: TimesTyped): Times {
  return { since: timeOf('--since', since, now()), until: timeOf('--until', until, now()) };
}

function timeOf(option: string, text: string | undefined, now: number): DockerTime | undefined {
  if (text === undefined) return undefined;
  const time = parseDockerTime(text, now);
  if (time) return time;
  throw usageError(`${option} ${text}: no time (10m, 1h30m, 2026-01-02T15:04:05, or seconds since 1970)`, [
    { what: 'for example', command: `dbg watch ${option} 10m` },
  ]);
}

/** Reads `--tail` as docker does: a number of lines, or "all". Throws a usage error. */
export function readTail(text: string | undefined): number | 'all' | undefined {
  if (text === undefined) return undefined;
  // To docker, too, a number below 0 means all lines.
  if (text === 'all' || /^-\d{1,9}$/.test(text)) return 'all';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`--tail ${text}: no number of lines, and not "all"`);
}
