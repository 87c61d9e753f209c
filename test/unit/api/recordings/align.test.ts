import { expect, test } from 'vitest';
import { align } from '../../../../src/api/recordings/align.ts';

const shown = (a: string, b: string) =>
  align([...a], [...b])
    .map(([one, other]) => (other === undefined ? `-${a[one!]}` : one === undefined ? `+${b[other]}` : ` ${a[one]}`))
    .join('');

test.for([
  ['', '', ''],
  ['abc', 'abc', ' a b c'],
  ['abc', '', '-a-b-c'],
  ['', 'ab', '+a+b'],
  ['abcd', 'abxd', ' a b-c+x d'],
  ['ab', 'ba', '-a b+a'],
  ['abcabba', 'cbabac', '-a-b c-a b+a b a+c'],
] as const)('%s beside %s', ([a, b, wanted]) => {
  expect(shown(a, b)).toBe(wanted);
});

test('lists too long for one table: as much in common as with one, each in its order', () => {
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const list = (length: number) => Array.from({ length }, () => String(random(20)));
  const [a, b] = [list(3000), list(2500)];
  const pairs = align(a, b);
  expect(pairs.flatMap(([one]) => one ?? [])).toEqual(a.map((_, at) => at));
  expect(pairs.flatMap(([, other]) => other ?? [])).toEqual(b.map((_, at) => at));
  const common = pairs.filter(([one, other]) => one !== undefined && other !== undefined);
  for (const [one, other] of common) expect(a[one!]).toBe(b[other!]);
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const key of a) {
    const next = [0];
    for (const [at, other] of b.entries()) next.push(key === other ? row[at]! + 1 : Math.max(row[at + 1]!, next[at]!));
    row = next;
  }
  expect(common).toHaveLength(row.at(-1)!);
});
