import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The engine test files that take longest, the longest first. None of them is to be the last one,
 * which runs alone while the other workers wait.
 *
 * attack-lock is before them: each of its tests waits until nobody makes a cut, and none of the
 * files that start with it does.
 */
export const LONGEST: readonly string[] = [
  'attack-lock',
  'attack-reads',
  'attack-root',
  'identity',
  'attack-engine',
  'veth-cuts',
  'talk',
  'sudo',
  'connection',
  'veth-follow',
  'attack-files',
  'capture-readers',
  'api-through',
  'entry',
  'tcpdump',
  'engine-contract',
  'veth-host',
  'veth-rate',
];

/** Starts the longest files first; of the others the largest, as vitest does without a cache. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is vitest's method, of no array
    const bySize = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONGEST.indexOf(basename(moduleId, '.test.ts'));
      return found === -1 ? LONGEST.length : found;
    };
    return bySize.toSorted((a, b) => place(a) - place(b));
  }
}
