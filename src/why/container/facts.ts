import type { Container } from '../../engine/container.ts';
import type { Inspection } from '../../engine/inspection.ts';
import type { Denial } from '../../proc/denials.ts';
import type { Limits } from '../../process/limits/container-limits.ts';
import type { Throttling } from '../../process/limits/throttling.ts';
import type { MountSeen } from '../../process/mounts-seen.ts';
import type { ProcessSeen } from '../../process/process-sample.ts';
import type { Rights } from '../../process/rights.ts';

/** What is known of one container. Each is gathered once, by a probe of its own (jobs/why/container-probes.ts). */
export interface ContainerFacts {
  /** as the engine has it now */
  readonly container: Container;
  readonly inspection: Inspection;
  /** when this was looked at, in ms since the epoch */
  readonly now: number;
  /** its cgroup; unknown while it does not run */
  readonly limits: Limits;
  /** while dbg looked; undefined without a quota of CPU time */
  readonly throttling: Throttling | undefined;
  readonly mounts: readonly MountSeen[];
  readonly logSize: number | undefined;
  readonly processes: readonly ProcessSeen[];
  readonly rights: Rights;
  readonly denials: readonly Denial[];
  /** the image that its image's name means now; undefined: none */
  readonly imageOfName: string | undefined;
}
