import type { Container } from '../../engine/container.ts';
import type { Limits } from './container-limits.ts';

/**
 * A limit that the engine was told and that is not the one in force. The engine sets it again at
 * the next start.
 */
export interface OtherLimit {
  readonly resource: 'memory' | 'cpu' | 'pids';
  readonly configured: number;
}

/**
 * The limits in a container's cgroup files that somebody changed past the engine since it started
 * the container. A limit that the engine was not told is left out, because systemd sets limits of
 * its own.
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

/**
 * A difference of 1 % counts as equal: the kernel rounds memory to pages, and the engine rounds a
 * quota to microseconds.
 */
const isSame = (told: number, inForce: number | null) => inForce !== null && Math.abs(told - inForce) <= told / 100;
