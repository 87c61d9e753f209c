import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import { LONGEST, LongestFirst } from '../longest-first.ts';

test('each of the longest files is there, and no other has its name', () => {
  const files = readdirSync('test/engine', { recursive: true }).map((file) => basename(String(file)));
  for (const name of LONGEST)
    expect(
      files.filter((file) => file === `${name}.test.ts`),
      name,
    ).toHaveLength(1);
});

test('they come first, in their order; the others in the order that vitest gives them', async () => {
  const names = ['bundle', 'talk', 'api-ui', 'attack-reads', 'env'];
  const project = { name: 'engine', config: { root: '/', sequence: { groupOrder: 0 } } };
  const specification = (name: string) =>
    ({ moduleId: `/test/engine/${name}.test.ts`, project, pool: 'forks' }) as unknown as TestSpecification;
  const cache = { getFileTestResults: () => undefined, getFileStats: () => undefined };
  const sequencer = new LongestFirst({ cache, config: { root: '/' } } as unknown as Vitest);
  // oxlint-disable-next-line unicorn/no-array-sort -- it is vitest's method, of no array
  const sorted = await sequencer.sort(names.map(specification));
  expect(sorted.map(({ moduleId }) => basename(moduleId, '.test.ts'))).toEqual([
    'attack-reads',
    'talk',
    'bundle',
    'api-ui',
    'env',
  ]);
});
