import type { Impairments } from './ways.ts';

/**
 * The words of tc(8) for the queueing discipline that holds back the frames that a device sends;
 * empty when none are held back (tc-netem(8), tc-tbf(8)).
 * - For a delay it is netem, which can also keep to a rate.
 * - For a rate alone it is tbf, which is in the kernel of every distribution.
 *
 * nft's `limit` does not do for a rate: its bucket holds what passes in a second, in addition to
 * the burst (nft_limit.c).
 */
export function qdisc({ rate, delay }: Pick<Impairments, 'rate' | 'delay'>): string[] {
  const bits = `${(rate ?? 0) * 8}bit`;
  if (delay !== undefined) {
    const jitter = delay.jitter > 0 ? [`${delay.jitter}ms`] : [];
    return ['netem', 'delay', `${delay.milliseconds}ms`, ...jitter, ...(rate === undefined ? [] : ['rate', bits])];
  }
  if (rate === undefined) return [];
  const burst = Math.round(Math.min(MOST_BURST_BYTES, Math.max(LEAST_BURST_BYTES, rate * BURST_SECONDS)));
  const limit = Math.round(burst + Math.max(LEAST_QUEUE_BYTES, rate * QUEUE_SECONDS));
  return ['tbf', 'rate', bits, 'burst', `${burst}b`, 'limit', `${limit}b`];
}

/**
 * The burst of tbf, in seconds of the rate: what may pass at once. It makes up for the timer of a
 * busy machine, which is late. tbf cuts a GSO frame that is larger into packets (sch_tbf.c).
 */
const BURST_SECONDS = 0.01;
const MOST_BURST_BYTES = 128 * 1024;
const LEAST_BURST_BYTES = 16 * 1024;

/**
 * The queue of tbf, in seconds of the rate: what may wait, as in the router of a line. It holds at
 * least 64 KiB, so that a stream in pieces of 64 KiB (GSO) goes on.
 */
const QUEUE_SECONDS = 0.05;
const LEAST_QUEUE_BYTES = 64 * 1024;
