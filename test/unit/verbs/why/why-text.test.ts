import { expect, test } from 'vitest';
import { verdictText } from '../../../../src/verbs/why/why-text.ts';
import type { Judged, Severity } from '../../../../src/why/finding.ts';

const finding = (severity: Severity, sentence: string): Judged => ({
  id: 'life.x',
  layer: 'life',
  severity,
  sentence,
  evidence: [],
  next: [],
});
const layers = [{ layer: 'life', state: 'good', unknown: [] }] as const;
const note = finding('note', 'it was \u001b[31mstopped');

test.each([
  ['nothing is broken: notes too', undefined, false, true],
  ['something is: no notes', finding('broken', 'it died'), false, false],
  ['something is, and all is asked for', finding('broken', 'it died'), true, true],
])('%s', (_, answer, isVerbose, isShown) => {
  const text = verdictText('in "web"', { answer, follows: [], others: [note], layers }, isVerbose);
  expect(text.includes('  - it was \\e[31mstopped\n')).toBe(isShown);
  expect(text.startsWith(answer ? 'it died\n' : 'nothing is broken in "web"')).toBe(true);
});
