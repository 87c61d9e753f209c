import type { Kept } from './kept.ts';

/**
 * Whether a text is in what is kept of a call's bodies and streams, without regard to case. Each
 * stream is searched as one text.
 */
export function isInBodies({ pieces }: Kept, text: string): boolean {
  const wanted = text.toLowerCase();
  const streams = new Map<string, Buffer[]>();
  for (const { from, stream, data } of pieces) {
    const key = `${from} ${stream}`;
    const parts = streams.get(key);
    if (parts) parts.push(data);
    else streams.set(key, [data]);
  }
  return [...streams.values()].some((parts) => Buffer.concat(parts).toString('utf8').toLowerCase().includes(wanted));
}
