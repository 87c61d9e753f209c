import { DbgError, usageError } from '../../errors.ts';
import { parseTime } from '../../text.ts';

/**
 * Which frames a cut applies to, from the container's side: those it gets (in), those it sends
 * (out), or both.
 */
export type Direction = 'in' | 'out' | 'both';

/**
 * How a cut makes the container's network worse. At least one is set. `down` and `blackhole` go
 * with no other.
 */
export interface Impairments {
  /** the link is set down, so the carrier is lost */
  readonly down: boolean;
  /** every frame is dropped, and the carrier stays */
  readonly blackhole: boolean;
  /** frames from and to these peers are dropped */
  readonly drop: readonly PeerMatch[];
  /** the share of frames that is dropped, 0 to 1 */
  readonly loss: number | undefined;
  /**
   * in bytes per second: frames beyond the rate wait, and are dropped when the queue is full
   * (qdisc.ts)
   */
  readonly rate: number | undefined;
  readonly delay: Delay | undefined;
  readonly direction: Direction;
}

/** The packets of one peer: those of any of its addresses, and of one of its ports or all. */
export interface PeerMatch {
  /** as the person named the peer */
  readonly name: string;
  /** IPv4 and IPv6 addresses or prefixes */
  readonly addresses: readonly string[];
  readonly port: number | undefined;
  readonly protocol: 'tcp' | 'udp';
}

/** A delay of each frame, and by how much it may vary (jitter), both in milliseconds. */
export interface Delay {
  readonly milliseconds: number;
  readonly jitter: number;
}

function usage(message: string): DbgError {
  return usageError(message);
}

/**
 * "30%" → 0.3. Throws a usage error for anything but 0.01% to 100%: a rule of nft drops in steps of
 * a hundredth of a percent.
 */
export function parseLoss(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]);
  if (percent >= 0.01 && percent <= 100) return percent / 100;
  throw usage(`--loss takes a percentage such as 30%, not "${text}"`);
}

/**
 * The prefixes of tc(8)'s units of a rate, SI and binary. "bit" is bits per second, "bps" bytes per
 * second.
 */
const PREFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** "1mbit" → 125000 bytes per second. "64kbps" is in bytes, as with tc. Throws a usage error. */
export function parseRate(text: string): number {
  const [, amount, prefix = '', unit] = /^(\d+(?:\.\d+)?)([kmg]i?)?(bit|bps)$/i.exec(text) ?? [];
  const factor = PREFIXES[prefix.toLowerCase()];
  const bytes = Math.round((Number(amount) * (factor ?? NaN)) / (unit?.toLowerCase() === 'bit' ? 8 : 1));
  if (bytes >= 1 && bytes < 2 ** 40) return bytes;
  throw usage(`--rate takes bits per second such as 1mbit or 500kbit (or bytes: 64kbps), not "${text}"`);
}

/** in milliseconds. tc counts ticks in 32 bits, and refuses a delay of 275 s or more. */
const MOST_DELAY = 270_000;

/** Reads "100ms" or "100ms±20ms" (or with +-), in milliseconds. Throws a usage error. */
export function parseDelay(text: string): Delay {
  const [base = '', jitter = '0ms', ...rest] = text.split(/±|\+-|\+\/-/);
  const [delay, spread] = [parseTime(base.trim()), parseTime(jitter.trim())];
  const fits = (time: number | undefined) => time !== undefined && time <= MOST_DELAY;
  if (delay && fits(delay) && fits(spread) && rest.length === 0) return { milliseconds: delay, jitter: spread! };
  throw usage(`--delay takes a time such as 100ms or 100ms±20ms, not "${text}"`);
}

const MOST_TIME = 7 * 86_400_000;

/**
 * "30s", "5m", "2h", or a number of seconds → milliseconds. Throws a usage error. A week is the
 * most: a longer cut would be forgotten.
 */
export function parseFor(text: string): number {
  const time = parseTime(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text);
  if (time !== undefined && time >= 100 && time <= MOST_TIME) return time;
  throw usage(`--for takes a time such as 30s, 5m or 2h (100ms to 7d), not "${text}"`);
}

/**
 * A cut in a few words without blanks, for its mark and for people: "down",
 * "drop:db:5432/tcp,loss:30%,in".
 */
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
