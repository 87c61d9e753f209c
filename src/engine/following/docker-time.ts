/** A time as an engine takes it. */
export interface DockerTime {
  /** ms since the epoch */
  readonly at: number;
  /** for the engine: seconds since the epoch, with up to nine digits behind the point */
  readonly seconds: string;
}

/**
 * Reads a time as docker's `--since` and `--until` take it; undefined for another text.
 * - a duration before now: "10m", "1h30m", "1.5h"
 * - a date, with or without time and zone: "2026-01-02T15:04:05.123456789Z", "2026-01-02T15:04",
 *   "2026-01-02"; without a zone it is this host's
 * - seconds since the epoch: "1136073600.000000001"
 */
export function parseDockerTime(text: string, now: number): DockerTime | undefined {
  if (/^\d{1,11}(\.\d{1,9})?$/.test(text) && text !== '0') return { at: Number(text) * 1000, seconds: text };
  const before = goDuration(text);
  if (before !== undefined) return atMs(now - before);
  const [, date, time, fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  if (date === undefined) return undefined;
  // A date alone is midnight UTC for Date, and midnight here for docker.
  const whole = Date.parse(`${date}T${time ?? '00:00'}${zone}`);
  if (Number.isNaN(whole) || whole < 0) return undefined;
  return { at: whole + Number(`0${fraction}`) * 1000, seconds: `${whole / 1000}${fraction}` };
}

const atMs = (at: number): DockerTime => ({ at, seconds: (Math.max(0, at) / 1000).toFixed(9) });

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Reads a duration of Go's (time.ParseDuration) as ms; undefined for another text. */
function goDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const [, sign, rest = ''] = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const parts = [...rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  const sum = parts.reduce((total, [, amount, unit]) => total + Number(amount) * UNITS[unit!]!, 0);
  return sign === '-' ? -sum : sum;
}
