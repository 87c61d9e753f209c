import type { Host } from '../host/host.ts';
import { cgroupFiles } from './limits/cgroup-files.ts';
import { flatKeyed } from '../proc/cgroup-values.ts';
import type { Subject } from './subject.ts';

/**
 * Whether a container is paused, as the kernel has it: its cgroup is frozen, by v1's freezer (cgroup-v1/freezer-subsystem.rst) or by
 * v2's own (cgroup-v2.rst, cgroup.events). The state letters of its processes do not say so: with v1 they are D, with v2 as they were.
 */
export function isPaused(host: Host, subject: Subject): boolean {
  const file = cgroupFiles(host, subject);
  if (file === undefined) return false;
  return /^FR(OZEN|EEZING)/.test(file('freezer.state') ?? '') || flatKeyed(file('cgroup.events')).get('frozen') === 1;
}
