import { expect, test } from 'vitest';
import { parseSizes } from '../../../../src/network/reach/packet-sizes.ts';

test.each([
  ['full 1500\nanswered 1500\n', { full: 1500, answered: 1500, announced: undefined }],
  ['full 1500\nannounced 1400\nannounced 1380\nanswered 1380\n', { full: 1500, answered: 1380, announced: 1380 }],
  ['full 1500\n', { full: 1500, answered: undefined, announced: undefined }],
  ['', { full: undefined, answered: undefined, announced: undefined }],
  ['full many\nanswered -1', { full: undefined, answered: undefined, announced: undefined }],
])('%j', (printed, sizes) => expect(parseSizes(printed)).toEqual(sizes));
