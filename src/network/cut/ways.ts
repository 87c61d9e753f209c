import { DbgError, usageError } from '../../errors.ts';
import { parseTime } from '../../text.ts';

/** Which frames a cut is about, as the container sees it: those it gets, those it sends, or both. */
export type Direction = 'in' | 'out' | 'both';

/** How a container is to fail. At least one of these; `down` and `blackhole` go with no other. */
export interface Impairments {
  /** the link is set down: the carrier is lost */
  readonly down: boolean;
  /** every frame is dropped: the carrier stays */
  readonly blackhole: boolean;
  /** frames from and to these peers are dropped */
  readonly drop: readonly PeerMatch[];
  /** the share of frames that is dropped, 0 to 1 */
  readonly loss: number | undefined;
  /** what is more than this, in bytes per second, is dropped */
  readonly rate: number | undefined;
  readonly delay: Delay | undefined;
  readonly direction: Direction;
}

/** One peer, as its packets are told: any of its addresses, and one port of it or all. */
export interface PeerMatch {
  /** as the person named it */
  readonly name: string;
  /** IPv4 and IPv6 addresses or prefixes */
  readonly addresses: readonly string[];
  readonly port: number | undefined;
  readonly protocol: 'tcp' | 'udp';
}

export interface Delay {
  readonly milliseconds: number;
  readonly jitter: number;
}

function usage(message: string): DbgError {
  return usageError(message);
}

/** "30%" → 0.3. Throws a usage error. To a hundredth of a percent: finer than that, nft is not asked to dice. */
export function parseLoss(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]);
  if (percent >= 0.01 && percent <= 100) return percent / 100;
  throw usage(`--loss takes a percentage such as 30%, not "${text}"`);
}

/** tc(8)'s units of a rate: bits per second, with SI and binary prefixes; with a `b` for the second, bytes. */
const PREFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** "1mbit" → 125000 bytes per second; "64kbps" is bytes, as with tc. Throws a usage error. */
export function parseRate(text: string): number {
  const [, amount, prefix = '', unit] = /^(\d+(?:\.\d+)?)([kmg]i?)?(bit|bps)$/i.exec(text) ?? [];
  const factor = PREFIXES[prefix.toLowerCase()];
  const bytes = Math.round((Number(amount) * (factor ?? NaN)) / (unit?.toLowerCase() === 'bit' ? 8 : 1));
  if (bytes >= 1 && bytes < 2 ** 40) return bytes;
  throw usage(`--rate takes bits per second such as 1mbit or 500kbit (or bytes: 64kbps), not "${text}"`);
}

/** tc counts ticks in 32 bits: from 275 s on it refuses. */
const MOST_DELAY = 270_000;

/** "100ms", "100ms±20ms" (or +-). Throws a usage error. */
export function parseDelay(text: string): Delay {
  const [base = '', jitter = '0ms', ...rest] = text.split(/±|\+-|\+\/-/);
  const [delay, spread] = [parseTime(base.trim()), parseTime(jitter.trim())];
  const fits = (time: number | undefined) => time !== undefined && time <= MOST_DELAY;
  if (delay && fits(delay) && fits(spread) && rest.length === 0) return { milliseconds: delay, jitter: spread! };
  throw usage(`--delay takes a time such as 100ms or 100ms±20ms, not "${text}"`);
}

const MOST_TIME = 7 * 86_400_000;

/** "30s", "5m", "2h", or seconds → milliseconds. Throws a usage error. A week at most: what is longer is not to be forgotten. */
export function parseFor(text: string): number {
  const time = parseTime(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text);
  if (time !== undefined && time >= 100 && time <= MOST_TIME) return time;
  throw usage(`--for takes a time such as 30s, 5m or 2h (100ms to 7d), not "${text}"`);
}

/** A cut in a few words without blanks, for its mark and for people: "down", "drop:db:5432/tcp,loss:30%,in". */
export function impairmentsText({ down, blackhole, drop, loss, rate, delay, direction }: Impairments): string {
  return [
    ...(down ? ['down'] : []),
    ...(blackhole ? ['blackhole'] : []),
    ...drop.map(({ name, port, protocol }) =>
      port === undefined ? `drop:${name}` : `drop:${name.includes(':') ? `[${name}]` : name}:${port}/${protocol}`,
    ),
    ...(loss === undefined ? [] : [`loss:${Number((loss * 100).toFixed(2))}%`]),
    ...(rate === undefined ? [] : [`rate:${rate * 8}bit`]),
    ...(delay ? [`delay:${delay.milliseconds}ms${delay.jitter ? `±${delay.jitter}ms` : ''}`] : []),
    ...(direction === 'both' ? [] : [direction]),
  ].join(',');
}
