import type { ContainerEvent } from '../../engine/engine-events.ts';
import type { Fact } from '../../why/fact.ts';
import type { VerdictRecord } from '../../why/verdict-record.ts';
import { type Evidence, SECTION_NAMES, SECTIONS } from '../container-evidence.ts';

/** All that a bundle holds, without secrets, or why a part of it could not be had. */
export interface BundleParts {
  readonly evidence: Evidence;
  readonly verdict: Fact<VerdictRecord>;
  /** the last lines that the container printed */
  readonly logs: Fact<readonly string[]>;
  readonly events: Fact<readonly ContainerEvent[]>;
  /** the packets as pcapng; undefined where nobody asked for them */
  readonly capture: Fact<Buffer> | undefined;
}

/** A part of a bundle that is not in it, and why. */
export interface Missing {
  readonly what: string;
  readonly why: string;
}

/** What could not be had. */
export function missingIn({ evidence, verdict, logs, events, capture }: BundleParts): Missing[] {
  const sections = SECTION_NAMES.map((name) => [SECTIONS[name], evidence.sections[name]] as const);
  const parts = [
    ...sections,
    ['why', verdict] as const,
    ['logs', logs] as const,
    ['events', events] as const,
    ['capture', capture] as const,
  ];
  return parts.flatMap(([what, part]) => (part === undefined || part.known ? [] : [{ what, why: part.why }]));
}
