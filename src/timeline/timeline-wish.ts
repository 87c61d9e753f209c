/**
 * Which containers a timeline is of. A container belongs to it when it has one of the ids or names,
 * or what the other keys ask for. Without any key, every container belongs to it. Containers that
 * are made later join by themselves.
 */
export interface TimelineChoice {
  readonly ids?: readonly string[];
  /** whole names: a container that is made again under its name belongs to the timeline again */
  readonly names?: readonly string[];
  readonly project?: string;
  readonly network?: string;
  /** KEY or KEY=VALUE; a container needs all of them */
  readonly label?: readonly string[];
}

/** What a timeline holds. Times are in ms since the epoch. */
export interface TimelineOptions {
  /** how many lines of each log there is at first; left out: all since `since`, none without it */
  readonly tail?: number | 'all';
  /** logs and events since then, as far as the engine still has them */
  readonly since?: number;
  /** the timeline ends then; left out: it goes on */
  readonly until?: number;
  /** only log lines that fit; what is no log line is not left out */
  readonly grep?: RegExp;
  /**
   * "all": also images, volumes, and what people and health checks do with containers again and
   * again, such as `docker exec`; left out: what containers and their networks go through
   */
  readonly eventTypes?: 'all';
  /**
   * false: the caller samples what containers use, and finds what belongs here in it (usageWatcher)
   */
  readonly isSampled?: boolean;
  /** false: no logs */
  readonly logs?: boolean;
}
