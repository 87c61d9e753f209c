import type { EntryPoint } from './life/entry-point.ts';
import type { SeenNetwork, SeenResolver } from './network/network-facts.ts';
import type { Container } from '../../engine/container.ts';
import type { ContainerEvent } from '../../engine/engine-events.ts';
import type { Inspection } from '../../engine/inspection.ts';
import type { Denial } from '../../proc/denials.ts';
import type { ListeningSocket } from '../../proc/net.ts';
import type { ClockSeen } from '../../process/clock-of.ts';
import type { HiddenFiles } from '../../process/hidden-files.ts';
import type { Limits } from '../../process/limits/container-limits.ts';
import type { Throttling } from '../../process/limits/throttling.ts';
import type { MountSeen } from '../../process/mounts-seen.ts';
import type { ProcessSeen } from '../../process/process-sample.ts';
import type { Rights } from '../../process/rights.ts';
import type { Refusal } from '../../process/strace/refusals.ts';

/**
 * What is known about one container. Each fact is learned once, by a probe of its own
 * (jobs/why/container-probes.ts).
 */
export interface ContainerFacts {
  /** the container as the engine has it now */
  readonly container: Container;
  readonly inspection: Inspection;
  /** when dbg looked, in ms since the epoch */
  readonly now: number;
  /** what happened to the container, the oldest event first, as far back as the engine remembers */
  readonly history: readonly ContainerEvent[];
  readonly lastWords: LastWords;
  /** what its program needs to be run; undefined where the container runs, or has ended well */
  readonly entry: EntryPoint | undefined;
  /** sources of binds that are missing on this host, where this host is the engine's */
  readonly missingSources: readonly string[];
  /**
   * the containers that publish ports of the host, by port number; empty unless a start failed
   * because of a port
   */
  readonly publishers: ReadonlyMap<number, string>;
  /** its cgroup's limits and use; unknown while it does not run */
  readonly limits: Limits;
  /** the swap of this host in bytes */
  readonly hostSwap: number;
  /** throttling while dbg looked; undefined where the container has no quota of CPU time */
  readonly throttling: Throttling | undefined;
  readonly mounts: readonly MountSeen[];
  /**
   * the most that volumes may hold by their options, as they were typed, by mount point; only of
   * those that are nearly full
   */
  readonly volumeSizes: ReadonlyMap<string, string>;
  readonly logSize: number | undefined;
  readonly processes: readonly ProcessSeen[];
  readonly listeners: readonly ListeningSocket[];
  /** its wires; unknown while it does not run */
  readonly network: SeenNetwork;
  /** undefined for a container that is on no network */
  readonly resolver: SeenResolver | undefined;
  readonly rights: Rights;
  readonly denials: readonly Denial[];
  /**
   * the calls that it was refused, the most frequent first; undefined where no trace was asked for
   */
  readonly refused: readonly RefusedCall[] | undefined;
  readonly clock: ClockSeen;
  readonly hiddenFiles: readonly HiddenFiles[];
  /** the id of the image that its image's name means now; undefined where there is none */
  readonly imageOfName: string | undefined;
}

/** A call that the kernel refused while a trace of `forMs` went on. */
export interface RefusedCall extends Refusal {
  /** whether its process has the capability that the call needs */
  readonly isHeld: boolean;
  readonly forMs: number;
}

/** The last lines that the container printed, or why the engine cannot read them. */
export interface LastWords {
  readonly lines: readonly string[];
  readonly refusal: string | undefined;
}
