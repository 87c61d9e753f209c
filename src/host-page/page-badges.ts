import type { Judged } from '../why/finding.ts';
import type { Verdict } from '../why/judge.ts';
import type { Badge, PageFinding } from './host-picture.ts';

/** More findings than these help nobody on a page; `dbg why` has all. */
const MOST_FINDINGS = 8;
/** In characters: of a sentence, a thing that was seen, a command. */
const MOST_TEXT = 600;

/** What `dbg why` found in a container, as its badge: the answer first. Pure. */
export function badgeOf(key: string, { answer, follows, others }: Verdict, at: number): Badge {
  const all = [...(answer ? [answer] : []), ...follows, ...others];
  return { key, at, findings: all.slice(0, MOST_FINDINGS).map(findingOf) };
}

function findingOf({ id, severity, sentence, evidence, next }: Judged): PageFinding {
  return {
    id,
    severity,
    sentence: shortened(sentence, MOST_TEXT),
    evidence: evidence.map(({ seen, command }) => ({ what: shortened(seen, MOST_TEXT), line: command })),
    next: next.map(({ what, command }) => ({ what: shortened(what, MOST_TEXT), line: command })),
  };
}

/** A text, with "…" in the place of what is behind `most` characters. */
export const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;
