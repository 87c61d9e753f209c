import type { Severity } from '../why/finding.ts';

/**
 * All that `dbg ui` shows of the host at one moment. Each collection holds things with a key of
 * their own, so that a page is told only what has changed. Every text in it is as it came from
 * outside: the page makes it visible (assets/format.js), and only ever makes text of it.
 */
export interface HostPicture {
  readonly cards: readonly Card[];
  readonly buses: readonly Bus[];
  readonly wires: readonly Wire[];
  readonly flows: readonly Flow[];
  readonly usage: readonly UsageRow[];
  readonly badges: readonly Badge[];
}

export type Collection = keyof HostPicture;

/** A container. The key is its id. */
export interface Card {
  readonly key: string;
  readonly name: string;
  /** the name as a word of a shell's line */
  readonly word: string;
  readonly image: string;
  /** running or paused */
  readonly state: string;
  /** what the engine says of its health check: healthy, unhealthy, starting; "" without one */
  readonly health: string;
  /** the Compose project; "" for none */
  readonly project: string;
  /**
   * where its network is: on wires, the host's own, nothing but lo, or another container's; unknown
   * in a recording that has no wires
   */
  readonly on: 'wires' | 'host' | 'none' | 'shared' | 'unknown';
  readonly ports: readonly PagePort[];
}

/** A port that the engine says is published. */
export interface PagePort {
  /** where it is published: "0.0.0.0:8080" */
  readonly at: string;
  readonly host: number;
  readonly container: number;
  readonly protocol: string;
}

/** A network to which wires lead. */
export interface Bus {
  readonly key: string;
  /** the engine's name for it; null when it is none of the engine's */
  readonly network: string | null;
  /** that name as a word of a shell's line; "" for none */
  readonly networkWord: string;
  /** the host's bridge, or other device, whose ports the wires are; null for none */
  readonly device: string | null;
  readonly mtu: number | null;
  readonly addresses: readonly string[];
}

/** An interface of a container. */
export interface Wire {
  readonly key: string;
  /** the keys of the container that has it, and of those that share its network namespace */
  readonly card: string;
  readonly guests: readonly string[];
  readonly bus: string;
  readonly name: string;
  /** the name as a word of a shell's line */
  readonly word: string;
  /** without link-local ones */
  readonly addresses: readonly string[];
  /** the host's end; null when it was not found */
  readonly device: string | null;
  readonly mtu: number | null;
  /** up, down, no carrier; null without a host's end */
  readonly state: string | null;
  readonly proof: string;
  /** why there is no full proof; "" when there is */
  readonly reason: string;
  /** dbg's cut at this wire */
  readonly cut: WireCut | null;
  /** what is wrong with it, in a few words each */
  readonly problems: readonly string[];
}

export interface WireCut {
  readonly what: string;
  readonly by: string;
  /** seconds since the epoch; 0: until somebody undoes it */
  readonly since: number;
  readonly until: number;
  /** whether the kernel did what the cut says when dbg looked */
  readonly isInForce: boolean;
}

/** What goes over a wire, as the container counts it. The key is the wire's. */
export interface Flow {
  readonly key: string;
  /** bytes per second; null at the first look */
  readonly rx: number | null;
  readonly tx: number | null;
  /** packets that the container's end has dropped, and those since the look before */
  readonly drops: number;
  readonly newDrops: number;
}

/** A row of the table of `dbg top`. The key is the container's id. null: not known, or no limit. */
export interface UsageRow {
  readonly key: string;
  readonly name: string;
  readonly state: string;
  readonly cpu: number | null;
  readonly throttled: number | null;
  readonly memory: number | null;
  readonly memoryLimit: number | null;
  readonly cache: number | null;
  readonly swap: number | null;
  readonly pressure: number | null;
  readonly oomKills: number | null;
  readonly rx: number | null;
  readonly tx: number | null;
  readonly drops: number | null;
  readonly read: number | null;
  readonly written: number | null;
  readonly pids: number | null;
  readonly pidsLimit: number | null;
  readonly files: number | null;
  readonly filesLimit: number | null;
  readonly startedAt: number | null;
  readonly restarts: number | null;
}

/** What `dbg why` found in a container. The key is the container's id. */
export interface Badge {
  readonly key: string;
  /** ms since the epoch: when it was examined */
  readonly at: number;
  readonly findings: readonly PageFinding[];
}

export interface PageFinding {
  readonly id: string;
  readonly severity: Severity;
  readonly sentence: string;
  /** each with the command that shows the same */
  readonly evidence: readonly PageLine[];
  readonly next: readonly PageLine[];
}

/** A text, and a line for a shell. */
export interface PageLine {
  readonly what: string;
  readonly line: string;
}

/** A line of the timeline of `dbg watch`. */
export interface PageEntry {
  /** counts up; 1 is the first of this page */
  readonly number: number;
  readonly at: number;
  readonly kind: string;
  readonly stream: string;
  /** the container's id and name; "" for none */
  readonly id: string;
  readonly name: string;
  readonly text: string;
}
