import { expect, test } from 'vitest';
import { learn } from '../../../../src/jobs/why/gather-facts.ts';
import { patienceOf, tellWhatIsLate, unknownIn } from '../../../../src/verbs/why/patience.ts';
import { judge } from '../../../../src/why/judge.ts';

test.each([
  [undefined, 4000],
  ['20s', 19_000],
  ['3s', 2000],
  ['10m', 599_000],
])('--timeout %s', (timeout, expected) => {
  expect(patienceOf(timeout === undefined ? {} : { timeout })).toBe(expected);
});

test.each(['', '0', '1s', '2s', '2999ms', '11m', '-5s', 'soon', '5'])('--timeout "%s" is refused', (timeout) => {
  expect(() => patienceOf({ timeout })).toThrow(
    `--timeout takes a time such as 20s or 1m (3s to 10m), not "${timeout}"`,
  );
});

const CHECK = { id: 'l.x', layer: 'l', about: '', needs: ['slow'], find: () => [] } as const;
const toldOf = async (probe: () => Promise<number>, patienceMs = 1000) => {
  const told: string[] = [];
  const verdict = judge([CHECK], { slow: await learn(probe, 1000) });
  tellWhatIsLate(
    { stderr: { write: (text: string) => void told.push(text) } as never },
    unknownIn(verdict),
    patienceMs,
  );
  return told;
};

test('what did not come in time has a next step', async () => {
  expect(await toldOf(async () => new Promise(() => undefined))).toEqual([
    'dbg: not all was known in time: --timeout 8s waits longer\n',
  ]);
});

test('… but none that dbg would not take', async () => {
  const never = async () => new Promise<number>(() => undefined);
  expect(await toldOf(never, 200_000)).toEqual([expect.stringContaining('--timeout 600s waits longer')]);
  expect(await toldOf(never, 599_000)).toEqual([]);
});

test('what came in time, or failed, has none', async () => {
  expect(await toldOf(async () => 1)).toEqual([]);
  expect(await toldOf(async () => Promise.reject(new Error('no')))).toEqual([]);
});
