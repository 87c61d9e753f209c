import type { Impairments } from './ways.ts';

/**
 * The words of tc(8) for what holds back the frames that a device sends: netem for a delay, which can keep to a rate too, else tbf, which
 * every distribution's kernel has (tc-netem(8), tc-tbf(8)). None when nothing is held back.
 *
 * nft's `limit` does not serve for a rate: its bucket holds a second of it beside the burst (nft_limit.c).
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

/** So much passes at once: what a busy machine's timer is late is made up for. tbf cuts a larger GSO frame into packets (sch_tbf.c). */
const BURST_SECONDS = 0.01;
const MOST_BURST_BYTES = 128 * 1024;
const LEAST_BURST_BYTES = 16 * 1024;

/** And so much waits, like in the router of a line: a stream in pieces of 64 KiB (GSO) goes on. */
const QUEUE_SECONDS = 0.05;
const LEAST_QUEUE_BYTES = 64 * 1024;
