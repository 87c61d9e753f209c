import { DbgError, errorMessage } from '../../errors.ts';
import { type Fact, type Facts, known, unknown } from '../../why/fact.ts';

/** Learns one fact. When it cannot, it throws a DbgError whose message says why. */
export type Probe<T> = () => T | Promise<T>;

/**
 * How long dbg waits for a fact, in ms, unless the person says otherwise: all is to be over within
 * 5 s.
 */
export const PATIENCE_MS = 4_000;

/** How the reason begins why a fact is unknown that did not come in time. */
export const LATE = 'no answer within';

/**
 * Runs all probes at the same time, each for at most `patienceMs`. A probe that fails or hangs
 * makes an unknown fact, and stops no other probe. Each probe begins in a turn of its own of the
 * event loop. So a probe that is busy reading does not use up the time of those that wait.
 */
export async function gather<T extends object>(
  probes: { readonly [Name in keyof T]: Probe<T[Name]> },
  patienceMs: number,
): Promise<Facts<T>> {
  const names = Object.keys(probes) as (keyof T)[];
  const facts = await Promise.all(names.map(async (name) => [name, await learn(probes[name], patienceMs)] as const));
  return Object.fromEntries(facts) as unknown as Facts<T>;
}

/**
 * Learns one fact, within `patienceMs`. A probe that fails or hangs makes an unknown fact.
 */
export async function learn<T>(probe: Probe<T>, patienceMs: number): Promise<Fact<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Fact<never>>((resolve) => {
    timer = setTimeout(() => resolve(unknown(`${LATE} ${Number((patienceMs / 1000).toFixed(1))} s`)), patienceMs);
  });
  const asked = Promise.resolve()
    .then(probe)
    .then(known, (error: unknown) => {
      if (error instanceof DbgError) return unknown(error.message);
      return unknown(`unexpected: ${errorMessage(error)}`);
    });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
