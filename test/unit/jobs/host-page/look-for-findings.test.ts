import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followFindings } from '../../../../src/jobs/host-page/look-for-findings.ts';
import { container, fakeContext } from '../../fakes.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const idOf = (name: string) => Buffer.from(name).toString('hex').padEnd(64, '0');
const NAMES = ['a', 'b', 'c', 'loops'];

/** Which containers are examined in so many seconds, in turn, while something happens to "loops" each second. */
async function examined(seconds: number, happens = true): Promise<string[]> {
  const containers = NAMES.map((name) => container({ id: idOf(name), name, state: { pid: 0, status: 'exited' } }));
  const ctx = fakeContext({ containers, clock: () => Date.now(), now: () => Date.now() });
  const order: string[] = [];
  const known = new Map<string, number>();
  const findings = followFindings(
    ctx,
    (badges) => {
      for (const { key, at } of badges) {
        if (known.get(key) === at) continue;
        known.set(key, at);
        order.push(NAMES.find((name) => idOf(name) === key)!);
      }
    },
    { everyMs: 60_000, rest: 19 },
  );
  findings.known(NAMES.map((name) => ({ id: idOf(name), name })));
  for (let second = 0; second < seconds; second++) {
    await vi.advanceTimersByTimeAsync(1000);
    if (happens) findings.changed(idOf('loops'));
  }
  findings.stop();
  return order;
}

test('each is examined, and again when it is time', async () => {
  const order = await examined(62, false);
  expect(order.slice(0, 4).toSorted()).toEqual(NAMES);
  expect(order.length).toBeGreaterThan(4);
});

test('one to which things happen all the time keeps no other from being examined', async () => {
  const order = await examined(130);
  const times = (name: string) => order.filter((each) => each === name).length;
  expect([times('a'), times('b'), times('c')]).toEqual([3, 3, 3]);
  expect(times('loops')).toBeGreaterThan(3);
});
