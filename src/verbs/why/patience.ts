import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { LATE, PATIENCE_MS } from '../../jobs/why/gather-facts.ts';
import { parseTime } from '../../text.ts';
import type { Verdict } from '../../why/judge.ts';

export interface PatienceOptions {
  /** within which time dbg is to answer */
  readonly timeout?: string;
}

/** What is not the wait for facts: dbg's start, the search for the container, the printing. */
const REST_MS = 1_000;
/** A connection alone is tried for 1.5 s (jobs/why/connection-traffic.ts). */
const [LEAST_MS, MOST_MS] = [3_000, 600_000];

/** How long each fact is waited for, in ms. Throws a usage error. */
export function patienceOf({ timeout }: PatienceOptions): number {
  if (timeout === undefined) return PATIENCE_MS;
  const milliseconds = parseTime(timeout);
  if (milliseconds === undefined || milliseconds < LEAST_MS || milliseconds > MOST_MS)
    throw usageError(`--timeout takes a time such as 20s or 1m (3s to 10m), not "${timeout}"`);
  return milliseconds - REST_MS;
}

/**
 * Says on stderr how dbg waits longer, where it did not get to know something in time.
 * @param reasons why things are unknown
 */
export function tellWhatIsLate(
  { stderr }: Pick<Context, 'stderr'>,
  reasons: readonly string[],
  patienceMs: number,
): void {
  const longer = Math.min(MOST_MS, 4 * (patienceMs + REST_MS));
  if (longer <= patienceMs + REST_MS || !reasons.some((why) => why.startsWith(LATE))) return;
  stderr.write(`dbg: not all was known in time: --timeout ${longer / 1000}s waits longer\n`);
}

/** Why parts of a layer could not be looked at. */
export const unknownIn = ({ layers }: Verdict): readonly string[] => layers.flatMap(({ unknown }) => unknown);
