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

test('layers that could not be looked at for the same reason share a line', () => {
  const open = (layer: string, why: string) => ({ layer, state: 'open', unknown: [why] }) as const;
  const all = [...layers, open('a', 'it does not run'), open('b', 'no answer'), open('c', 'it does not run')];
  const text = verdictText('in "web"', { answer: undefined, follows: [], others: [], layers: all }, false);
  expect(text).toMatch(/\n✓ life\n\? a, c {2}\(it does not run\)\n\? b {2}\(no answer\)\n$/);
});
