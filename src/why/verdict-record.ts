import type { Judged } from './finding.ts';
import type { Verdict } from './judge.ts';

/**
 * The object that `dbg why --json` prints. The keys are documented in docs/why.md and must not
 * change.
 */
export const verdictRecord = (about: object, { answer, follows, others, layers }: Verdict) => ({
  ...about,
  broken: answer !== undefined,
  answer: answer ? findingRecord(answer) : null,
  follows: follows.map(findingRecord),
  others: others.map(findingRecord),
  layers: layers.map(({ layer, state, unknown }) => ({ layer, state, unknown })),
});

export type VerdictRecord = ReturnType<typeof verdictRecord>;

const findingRecord = ({ id, layer, severity, sentence, evidence, next }: Judged) => ({
  id,
  layer,
  severity,
  sentence,
  evidence,
  next,
});
