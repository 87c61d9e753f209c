import { expect, test } from 'vitest';
import { compareEvidence } from '../../../src/evidence/compare-evidence.ts';
import { type Item, SECTION_NAMES, type SectionName, type Sections } from '../../../src/evidence/container-evidence.ts';
import { known, unknown } from '../../../src/why/fact.ts';

const evidence = (over: Partial<Record<SectionName, readonly Item[] | string>>) => ({
  sections: Object.fromEntries(
    SECTION_NAMES.map((name) => {
      const its = over[name] ?? [];
      return [name, typeof its === 'string' ? unknown(its) : known(its)];
    }),
  ) as unknown as Sections,
});
const compared = (a: readonly Item[], b: readonly Item[], section: SectionName = 'configuration') =>
  compareEvidence(evidence({ [section]: a }), evidence({ [section]: b }));
const counts = ({ differences, setAside, untold, unlooked }: ReturnType<typeof compareEvidence>) =>
  [differences, setAside, untold, unlooked].map(({ length }) => length);

test.each<readonly [string, readonly Item[], readonly Item[], readonly number[]]>([
  ['the same', [{ name: 'a', value: '1' }], [{ name: 'a', value: '1' }], [0, 0, 0, 0]],
  ['another value', [{ name: 'a', value: '1' }], [{ name: 'a', value: '2' }], [1, 0, 0, 0]],
  ['only in one', [{ name: 'a', value: '1' }], [], [1, 0, 0, 0]],
  ['by nature', [{ name: 'a', value: '1', nature: 'id' }], [{ name: 'a', value: '2', nature: 'id' }], [0, 1, 0, 0]],
  ['by nature in one alone', [{ name: 'a', value: '1', nature: 'id' }], [{ name: 'a', value: 'db' }], [1, 0, 0, 0]],
  [
    'two secrets',
    [{ name: 'a', value: '[redacted]', mark: 'x' }],
    [{ name: 'a', value: '[redacted]', mark: 'y' }],
    [1, 0, 0, 0],
  ],
  [
    'one secret twice',
    [{ name: 'a', value: '[redacted]', mark: 'x' }],
    [{ name: 'a', value: '[redacted]', mark: 'x' }],
    [0, 0, 0, 0],
  ],
  [
    'a secret whose mark was left out',
    [{ name: 'a', value: '[redacted]' }],
    [{ name: 'a', value: '[redacted]', mark: 'x' }],
    [0, 0, 1, 0],
  ],
  ['a value that was cut', [{ name: 'a', value: 'b…' }], [{ name: 'a', value: 'b…' }], [0, 0, 1, 0]],
])('%s', (_, a, b, expected) => {
  expect(counts(compared(a, b))).toEqual(expected);
});

test.each([
  ['12', '20', 0],
  ['12', '1200', 1],
  [undefined, '10', 0],
  [undefined, '17', 1],
  ['40', undefined, 1],
])('open files: %s beside %s', (a, b, differences) => {
  const items = (value: string | undefined): Item[] =>
    value === undefined ? [] : [{ name: 'sockets', value, nature: 'measure' }];
  expect(compared(items(a), items(b), 'open_files').differences).toHaveLength(differences);
});

test('a section that could not be looked at is named, and the others are compared', () => {
  const a = evidence({ state: [{ name: 'status', value: 'running' }] });
  const b = evidence({ state: [{ name: 'status', value: 'exited' }], routes: 'it does not run' });
  const comparison = compareEvidence(a, b);
  expect(comparison.differences).toEqual([{ section: 'state', name: 'status', a: 'running', b: 'exited' }]);
  expect(comparison.unlooked).toEqual([{ section: 'routes', of: 'b', why: 'it does not run' }]);
  expect(compareEvidence(a, b, ['routes']).differences).toEqual([]);
});

test('names of JavaScript objects are names like others', () => {
  const [a, b] = [[{ name: '__proto__', value: '1' }], [{ name: 'constructor', value: '1' }]];
  expect(compared(a, b).differences.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
});
