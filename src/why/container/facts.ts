import type { Container } from '../../engine/container.ts';
import type { Inspection } from '../../engine/inspection.ts';
import type { Limits } from '../../process/limits/container-limits.ts';

/** What is known of one container. Each is gathered once, by a probe of its own (jobs/why/container-probes.ts). */
export interface ContainerFacts {
  /** as the engine has it now */
  readonly container: Container;
  readonly inspection: Inspection;
  /** when this was looked at, in ms since the epoch */
  readonly now: number;
  /** its cgroup; unknown while it does not run */
  readonly limits: Limits;
}
