import { escapeControls, shellQuote } from '../../text.ts';
import type { Examined } from '../../why/container/worst-first.ts';
import type { Judged } from '../../why/finding.ts';
import { findingLines, MARKS } from './why-text.ts';

/** Whether something is broken in the container. */
export const isBroken = ({ verdict }: Examined): boolean => verdict.answer !== undefined;

/**
 * Several containers for people: what is broken in each, the answer first, and how many are well.
 * @param all the worst first
 * @param failed how many could not be looked at
 * @param isVerbose whether the containers in which nothing is broken get a line each too
 */
export function severalText(all: readonly Examined[], isVerbose: boolean, failed = 0): string {
  const broken = all.filter(isBroken);
  const others = all.filter((each) => !isBroken(each));
  const lines = [
    ...broken.flatMap(brokenLines),
    ...(isVerbose ? others.map(otherLine) : []),
    ...(broken.length > 0 || (isVerbose && others.length > 0) ? [''] : []),
    ...(all.length === 0 && failed > 0 ? [] : [summary(all.length, broken.length, others, isVerbose)]),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
}

/** The answer with its first evidence and what to do, and how much more there is. */
function brokenLines({ container: { name }, verdict: { answer, follows } }: Examined): string[] {
  if (answer === undefined) return [];
  const [sentence = '', ...rest] = findingLines({ ...answer, evidence: answer.evidence.slice(0, 1) });
  const left = answer.evidence.length - 1 + follows.length;
  return [
    `${MARKS.broken} ${sentence}`,
    ...rest,
    ...(left > 0 ? [`  ${left} more of it:  dbg why ${shellQuote(name)}`] : []),
  ];
}

/** What is worth knowing of a container in which nothing is broken, in one line. */
function otherLine({ container: { name, state }, verdict: { others, layers } }: Examined): string {
  const [suspect, ...more] = others.filter(isSuspect);
  if (suspect) return `${MARKS.suspect} ${suspect.sentence}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
  // Of a container that does not run, nothing but its life can be looked at.
  const looked = state.pid > 0 ? layers : layers.filter(({ layer }) => layer === 'life');
  const unknown = [...new Set(looked.flatMap((layer) => layer.unknown))];
  if (unknown.length > 0) return `${MARKS.open} "${name}"  (${unknown.join('; ')})`;
  const [ending] = others.filter(({ layer }) => layer === 'life');
  return `${MARKS.good} ${ending?.sentence ?? `"${name}"`}`;
}

const isSuspect = ({ severity }: Judged) => severity === 'suspect';

function summary(count: number, broken: number, others: readonly Examined[], isVerbose: boolean): string {
  if (count === 0) return 'there is no container';
  const suspects = others.filter(({ verdict }) => verdict.others.some(isSuspect)).length;
  const of = count === 1 ? '1 container' : `${count} containers`;
  const found =
    broken === 0
      ? `nothing is broken in ${of}, as far as dbg can see`
      : `${broken} of ${of} ${broken === 1 ? 'has' : 'have'} something broken`;
  const suspected = suspects > 0 ? `; in ${suspects} something may be wrong` : '';
  return `${found}${suspected}${isVerbose || others.length === 0 ? '' : ' (-v shows the others too)'}`;
}
