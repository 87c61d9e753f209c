import type { EngineVersion } from '../../engine/engine-version.ts';
import type { NextStep } from '../../errors.ts';
import type { Found } from '../../host/host.ts';
import type { Kernel } from '../../host/kernel.ts';
import type { Remains } from '../../network/cut/marked.ts';

/**
 * What is known about this host. Each fact is learned once, by a probe of its own
 * (jobs/doctor/doctor-probes.ts).
 */
export interface DoctorFacts {
  readonly engine: EngineSeen;
  /** a container whose process was found on this host, or why the engine's are not */
  readonly processes: ProcessesSeen;
  readonly rights: OwnRights;
  /** the path of sudo; undefined when there is none */
  readonly sudo: string | undefined;
  readonly tools: ReadonlyMap<string, ToolSeen>;
  readonly kernel: Kernel;
  readonly interfaces: KernelInterfaces;
  readonly confinement: Confinement;
  /** when dbg looked, in seconds since the epoch */
  readonly now: number;
  /** what cuts have left, or have in force */
  readonly cuts: Remains;
  /** processes of dbg's that stand beside its tools and cuts */
  readonly guards: readonly Guard[];
  /** sockets and docker contexts of `dbg api` that nobody listens on any more */
  readonly standIns: readonly LeftStandIn[];
}

export interface EngineSeen {
  /** its address in the form of DOCKER_HOST; undefined when dbg cannot use it */
  readonly address: string | undefined;
  /** what says that this one is meant: "by default", "by DOCKER_HOST" … */
  readonly source: string;
  readonly answer:
    | { readonly kind: 'version'; readonly version: EngineVersion }
    | { readonly kind: 'trouble'; readonly message: string; readonly next: readonly NextStep[] };
}

export type ProcessesSeen =
  | { readonly kind: 'here'; readonly container: string; readonly pid: number }
  | { readonly kind: 'elsewhere'; readonly message: string; readonly evidence: string }
  | { readonly kind: 'trouble'; readonly message: string; readonly next: readonly NextStep[] };

/** What dbg's own process may do. */
export interface OwnRights {
  readonly isRoot: boolean;
  /** the line that has root look at the same engine */
  readonly lineAsRoot: string;
  readonly uid: number;
  /** as root: the capabilities in force; otherwise those that it could get through sudo */
  readonly capabilities: readonly number[];
  readonly noNewPrivileges: boolean;
  readonly hasSeccompFilter: boolean;
  /** the label of AppArmor or SELinux; undefined where neither is in force */
  readonly label: string | undefined;
}

export interface ToolSeen {
  readonly found: Found;
  /**
   * what it says of its version and its options; empty when it said nothing in time, undefined when
   * it was not asked
   */
  readonly said: string | undefined;
}

/** Parts of the kernel that show by themselves, as files of /proc and mounts. */
export interface KernelInterfaces {
  /** the types of namespaces: "net", "mnt" … */
  readonly namespaces: readonly string[];
  /** whether there is /proc/net/packet, which AF_PACKET makes */
  readonly hasPacketSockets: boolean;
  readonly hasPressure: boolean;
  /** whether a task's file "children" is there */
  readonly hasChildren: boolean;
  /** the mount points of cgroup hierarchies */
  readonly cgroups: { readonly v1: readonly string[]; readonly v2: readonly string[] };
}

export interface Confinement {
  /**
   * The profiles of AppArmor for tools of dbg's, with their modes; undefined where only root may
   * see them. `appArmor` itself is undefined where AppArmor is not in force.
   */
  readonly appArmor: { readonly profiles: readonly string[] | undefined } | undefined;
  readonly seLinux: 'enforcing' | 'permissive' | undefined;
  /** kernel.yama.ptrace_scope; undefined where there is no Yama */
  readonly ptraceScope: number | undefined;
}

/** A process of dbg's: it guards a tool, a cut, or the traces of `dbg api`. */
export interface Guard {
  readonly pid: number;
  readonly kind: 'tool guard' | 'cut guard' | 'sweeper';
  /** whether somebody has stopped it, so that it would not do what it is there for */
  readonly isStopped: boolean;
}

export interface LeftStandIn {
  readonly kind: 'socket' | 'context';
  /** the folder of the socket, or the name of the context */
  readonly name: string;
}
