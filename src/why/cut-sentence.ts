import type { SeenMark } from '../network/cut/in-force.ts';
import { duration, shellQuote } from '../text.ts';
import type { Finding } from './finding.ts';

/** What a finding says of a cut of dbg's: whose it is, until when, and how it is undone. */
export function cutSentence(
  { container, inside }: { readonly container: string; readonly inside: { readonly name: string } },
  mark: SeenMark,
  now: number,
): Omit<Finding, 'severity'> {
  const until = mark.until === 0 ? 'until it is undone' : `for ${duration(mark.until * 1000 - now)} more`;
  return {
    sentence: `${inside.name} of "${container}" is cut by dbg (${mark.what}): by ${mark.by}, ${duration(now - mark.since * 1000)} ago, ${until}`,
    evidence: [{ seen: `cut ${mark.id}: ${mark.what}`, command: `dbg veth ${shellQuote(container)}` }],
    next: [{ what: 'undo the cut', command: `dbg veth ${shellQuote(container)} --up` }],
  };
}
