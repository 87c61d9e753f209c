import type { Context } from '../context.ts';
import type { Host } from '../host/host.ts';
import { parsePlaces, type CgroupPlace } from '../proc/cgroup.ts';
import { flatKeyed } from '../proc/cgroup-values.ts';
import { escapeControls, shellQuote } from '../text.ts';
import { cgroupFiles } from './cgroup-files.ts';
import { containerPlaces } from './container-cgroup.ts';
import type { Target } from './target.ts';

/**
 * Whether a container is paused, as the kernel sees it: its cgroup is frozen, by v1's freezer
 * (cgroup-v1/freezer-subsystem.rst) or by v2's own (cgroup-v2.rst, cgroup.events). The state
 * letters of its processes do not tell: with v1 they are D, with v2 they are unchanged.
 */
export function isPaused(host: Host, container: { readonly places: readonly CgroupPlace[] }): boolean {
  const file = cgroupFiles(host, container);
  if (file === undefined) return false;
  return /^FR(OZEN|EEZING)/.test(file('freezer.state') ?? '') || flatKeyed(file('cgroup.events')).get('frozen') === 1;
}

/**
 * The same for a container that is to be entered. The engine's state counts too, for a host that
 * shows no cgroups.
 */
export const isTargetPaused = (host: Host, { container, pid }: Pick<Target, 'container' | 'pid'>): boolean =>
  container.state.status === 'paused' ||
  isPaused(host, { places: containerPlaces(parsePlaces(host.read(`/proc/${pid}/cgroup`) ?? ''), container.id) });

/** The line that says that a container is paused, and what to type. */
export const pausedText = (name: string): string =>
  `dbg: ${escapeControls(`${name} is paused: its processes stand still; let them go on:  docker unpause ${shellQuote(name)}`)}\n`;

/**
 * Tells a person that a container is paused, where they would otherwise wait in vain for packets or
 * for an answer of its processes.
 */
export function tellPaused(
  { host, stderr }: Pick<Context, 'host' | 'stderr'>,
  target: Pick<Target, 'container' | 'pid'>,
): void {
  if (isTargetPaused(host, target)) stderr.write(pausedText(target.container.name));
}
