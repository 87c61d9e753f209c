import type { Container } from '../../engine/container.ts';
import type { Limits } from './container-limits.ts';

/**
 * A limit that the engine was told, where another one is in force: the next start sets it again.
 */
export interface OtherLimit {
  readonly resource: 'memory' | 'cpu' | 'pids';
  readonly configured: number;
}

/**
 * The limits that somebody changed past the engine since it started the container, in the cgroup's
 * files. One where the engine was told none is not among them: systemd sets limits of its own.
 */
export function otherLimits(
  { configured }: Pick<Container, 'configured'>,
  { memory, cpu, pids }: Limits,
): OtherLimit[] {
  const all = [
    ['memory', configured.memoryBytes, memory?.limit],
    ['cpu', configured.cpus, cpu?.limitCpus],
    ['pids', configured.pids, pids?.limit],
  ] as const;
  return all.flatMap(([resource, told, inForce]) =>
    told === null || inForce === undefined || isSame(told, inForce) ? [] : [{ resource, configured: told }],
  );
}

/** The kernel rounds memory to pages, and the engine a quota to microseconds. */
const isSame = (told: number, inForce: number | null) => inForce !== null && Math.abs(told - inForce) <= told / 100;
