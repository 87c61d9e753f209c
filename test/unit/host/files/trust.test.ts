import { expect, test } from 'vitest';
import { isHeld, othersMayChange } from '../../../../src/host/files/trust.ts';

const ANN = { uid: 1000, gid: 1000 };
const owned = (uid: number, mode: number, gid = uid) => ({ uid, gid, mode });
const [ROOTS, MINE, BOBS] = [owned(0, 0o755), owned(1000, 0o755), owned(1001, 0o755)];
const TMP = owned(0, 0o1777);

test.each([
  ["root's", ROOTS, false],
  ['their own', MINE, false],
  ["another's", BOBS, true],
  ["root's, for all to write", owned(0, 0o777), true],
  ["root's, for all to write, sticky", TMP, true],
  ['their own, for their own group', owned(1000, 0o775), false],
  ['their own, for another group', owned(1000, 0o775, 1001), true],
  ["root's, for root's group", owned(0, 0o775), false],
  ["root's, for another group", owned(0, 0o2775, 50), true],
])('who may change %s', (_, of, expected) => {
  expect(othersMayChange(of, ANN)).toBe(expected);
});

test.each([
  ["root's", ROOTS, BOBS, true],
  ['their own', MINE, BOBS, true],
  ["another's", BOBS, MINE, false],
  ['/tmp, their own', TMP, MINE, true],
  ["/tmp, root's", TMP, ROOTS, true],
  ["/tmp, another's", TMP, BOBS, false],
  ["another's sticky one", owned(1001, 0o1777), MINE, false],
  ['one for all to write', owned(0, 0o777), MINE, false],
])('what stays in its place in a folder: %s', (_, folder, entry, expected) => {
  expect(isHeld(folder, entry, ANN)).toBe(expected);
});
