import { expect, test } from 'vitest';
import { keysIn } from '../../../../../src/verbs/top/screen/key-names.ts';

test.each([
  ['q', ['q']],
  ['we', ['w', 'e']],
  ['\u001b[A', ['up']],
  ['\u001bOB', ['down']],
  ['\u001b[5~\u001b[6~', ['page up', 'page down']],
  ['\u001b[A\u001b[Ax\r', ['up', 'up', 'x', 'enter']],
  ['\u001b', ['escape']],
  ['\u0003', ['interrupt']],
  ['\u007f\b', ['backspace', 'backspace']],
  ['é', ['é']],
  // Keys that have no name here, one with Ctrl held among them, and a control character.
  ['\u001b[1;5C\u001b[24~\u0001', []],
  ['', []],
])('%j', (text, keys) => expect(keysIn(text)).toEqual(keys));
