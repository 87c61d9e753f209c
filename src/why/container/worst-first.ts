import type { Container } from '../../engine/container.ts';
import type { Inspection } from '../../engine/inspection.ts';
import type { Verdict } from '../judge.ts';
import { CONTAINER_CHECKS } from './checks.ts';

/** A container with what was found in it. */
export interface Examined {
  readonly container: Container;
  /** undefined where the engine did not tell */
  readonly restartPolicy: Inspection['restartPolicy'] | undefined;
  readonly verdict: Verdict;
}

/**
 * The containers, the worst first, in these groups:
 * 1. It should run, and does not live as it should: it is down though the engine is to restart it,
 *    or it runs and its life is broken (it dies again and again, is paused, is unhealthy).
 * 2. It runs, and something else is broken.
 * 3. It ended ill, and nobody restarts it.
 * 4. Nothing is broken; those with a suspect come first.
 *
 * In a group, what stands first in the table of checks comes first, and then what changed last.
 */
export const worstFirst = (all: readonly Examined[]): Examined[] =>
  all.toSorted(
    (one, other) =>
      groupOf(one) - groupOf(other) ||
      orderOf(one) - orderOf(other) ||
      changedAt(other) - changedAt(one) ||
      one.container.name.localeCompare(other.container.name),
  );

function groupOf({ container: { state }, restartPolicy = 'no', verdict: { answer } }: Examined): number {
  if (answer === undefined) return 4;
  if (state.pid > 0) return answer.layer === 'life' ? 1 : 2;
  return state.status === 'restarting' || restartPolicy !== 'no' ? 1 : 3;
}

function orderOf({ verdict: { answer, others } }: Examined): number {
  const first = answer ?? others.find(({ severity }) => severity === 'suspect');
  return first === undefined ? CONTAINER_CHECKS.length : CONTAINER_CHECKS.findIndex(({ id }) => id === first.id);
}

/** When the container last started or ended, in ms since the epoch. */
const changedAt = ({ container: { state } }: Examined) => Math.max(state.startedAt ?? 0, state.finishedAt ?? 0);
