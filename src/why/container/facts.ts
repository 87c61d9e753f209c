import type { EntryPoint } from './life/entry-point.ts';
import type { Container } from '../../engine/container.ts';
import type { ContainerEvent } from '../../engine/engine-events.ts';
import type { Inspection } from '../../engine/inspection.ts';
import type { Denial } from '../../proc/denials.ts';
import type { Limits } from '../../process/limits/container-limits.ts';
import type { Throttling } from '../../process/limits/throttling.ts';
import type { MountSeen } from '../../process/mounts-seen.ts';
import type { ProcessSeen } from '../../process/process-sample.ts';
import type { Rights } from '../../process/rights.ts';

/**
 * What is known of one container. Each is gathered once, by a probe of its own
 * (jobs/why/container-probes.ts).
 */
export interface ContainerFacts {
  /** as the engine has it now */
  readonly container: Container;
  readonly inspection: Inspection;
  /** when this was looked at, in ms since the epoch */
  readonly now: number;
  /** what happened to it, the oldest first: as far as the engine remembers */
  readonly history: readonly ContainerEvent[];
  readonly lastWords: LastWords;
  /** what its program needs to be run; undefined: it runs, or was not to */
  readonly entry: EntryPoint | undefined;
  /** sources of binds that are not on this host, which is the engine's */
  readonly missingSources: readonly string[];
  /**
   * which containers publish a port of the host, by its number: asked where a start failed for one
   */
  readonly publishers: ReadonlyMap<number, string>;
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

/** What it said last, or why the engine cannot read that. */
export interface LastWords {
  readonly lines: readonly string[];
  readonly refusal: string | undefined;
}
