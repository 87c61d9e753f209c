import { expect, test } from 'vitest';
import { merge } from '../../../../src/capture/formats/merge.ts';
import { randomNumbers } from '../fixtures.ts';

interface Item {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly name: string;
}

/** Items named by their times in ms, or by a name after it: "5", "5b". */
const items = (...names: string[]): Item[] =>
  names.map((name) => {
    const time = parseInt(name, 10);
    return { seconds: Math.floor(time / 1000), nanoseconds: (time % 1000) * 1e6, name };
  });
const names = (some: readonly Item[]) => some.map(({ name }) => name).join(' ');

/** A merge of sources 0, 1 … that holds for 100 ms. */
function merged(sources: number) {
  const it = merge<Item>(100);
  for (let at = 0; at < sources; at++) expect(it.add()).toBe(at);
  return it;
}

test('one source: at once', () => {
  const it = merged(1);
  it.push(0, items('1', '2'), 0);
  expect(names(it.take(0))).toBe('1 2');
  expect(it.held()).toBe(0);
});

test('two sources: as far as both have come', () => {
  const it = merged(2);
  it.push(0, items('1', '4', '5'), 0);
  expect(names(it.take(0))).toBe('');
  it.push(1, items('2', '3', '4b', '6'), 1);
  expect(names(it.take(1))).toBe('1 2 3 4 4b 5');
  expect(it.held()).toBe(1);
  expect(names(it.flush())).toBe('6');
  expect([it.held(), it.late()]).toEqual([0, 0]);
});

test('a source whose last item went out long ago still counts', () => {
  const it = merged(2);
  it.push(1, items('5'), 0);
  it.push(0, items('5b', '6'), 0);
  expect(names(it.take(0))).toBe('5 5b');
  it.push(1, items('7'), 1);
  expect(names(it.take(1))).toBe('6');
});

test.each([
  [99, ''],
  [100, '1 2'],
  [109, '1 2'],
  [110, '1 2 3'],
])('a silent source is waited for until %i ms', (now, out) => {
  const it = merged(2);
  it.push(0, items('1', '2'), 0);
  it.push(0, items('3'), 10);
  expect(names(it.take(now))).toBe(out);
});

test('a source that has brought something is not silent, even if the item has long been held', () => {
  const it = merged(2);
  it.push(1, items('1'), 0);
  it.push(0, items('3'), 0);
  it.push(1, items('2'), 90);
  expect(names(it.take(150))).toBe('1 2');
  it.push(1, [], 150);
  expect(names(it.take(189))).toBe('');
  expect(names(it.take(190))).toBe('3');
});

test('a source that has ended is not waited for', () => {
  const it = merged(2);
  it.push(0, items('1', '3'), 0);
  it.push(1, items('2'), 0);
  it.end(1);
  expect(names(it.take(0))).toBe('1 2 3');
  it.push(0, items('5'), 1);
  it.push(1, items('4'), 1);
  expect(names(it.take(1))).toBe('4 5');
});

test('what an ended source has brought waits for the others', () => {
  const it = merged(2);
  it.push(0, items('2'), 0);
  it.end(0);
  expect(names(it.take(0))).toBe('');
  it.push(1, items('1', '3'), 1);
  it.end(1);
  it.end(1);
  expect(names(it.take(1))).toBe('1 2 3');
});

test('a source added in mid-stream is waited for', () => {
  const it = merged(1);
  it.push(0, items('1'), 0);
  const added = it.add();
  it.push(0, items('3'), 5);
  expect(names(it.take(5))).toBe('');
  it.push(added, items('2', '4'), 6);
  expect(names(it.take(6))).toBe('1 2 3');
});

test('within a source an older item goes where it belongs, if it still can', () => {
  const it = merged(2);
  it.push(0, items('1', '3', '2', '4', '2b'), 0);
  it.push(1, items('3b'), 0);
  expect(names(it.take(0))).toBe('1 2 2b 3 3b');
  it.push(1, items('2c', '3c', '9'), 1);
  expect(it.late()).toBe(1);
  expect(names(it.take(1))).toBe('2c 3c 4');
  it.push(1, items('3d'), 2);
  expect(it.late()).toBe(2);
});

test('equal times keep the order in which they came', () => {
  const it = merged(3);
  it.push(2, items('5a', '5b'), 0);
  it.push(0, items('5c', '5d', '4'), 0);
  it.push(1, items('5e'), 0);
  it.push(2, items('5f'), 0);
  expect(names(it.take(0))).toBe('4 5a 5b 5c 5d 5e 5f');
});

test('seconds count before nanoseconds', () => {
  const it = merged(1);
  it.push(0, items('2000', '1999', '999'), 0);
  expect(names(it.flush())).toBe('999 1999 2000');
});

// Each item arrives less than the hold after it happened, those of one source in their order: the clock of the items
// is the clock of `now`.
test.each([1, 2, 3, 4, 5, 6])('sorted, and none missing, whatever the delays: seed %i', (seed) => {
  const random = randomNumbers(seed);
  const it = merged(1 + random(30));
  const sources = it.add() + 1;
  const soon = new Map<number, { source: number; item: Item }[]>();
  const arrived = Array<number>(sources).fill(0);
  const COUNT = 5000;
  for (let at = 0; at < COUNT; at++) {
    const happened = Math.floor(at / 4);
    const source = random(random(sources) + 1);
    const arrives = Math.max(arrived[source]!, happened + random(100));
    arrived[source] = arrives;
    const [item] = items(`${happened}-${at}`);
    soon.set(arrives, [...(soon.get(arrives) ?? []), { source, item: item! }]);
  }
  const out: Item[] = [];
  for (let now = 0; now < COUNT; now++) {
    for (const { source, item } of soon.get(now) ?? []) it.push(source, [item], now);
    if (random(3) === 0) out.push(...it.take(now));
  }
  expect(out.length).toBe(COUNT);
  expect(it.held()).toBe(0);
  expect(it.late()).toBe(0);
  expect(new Set(out.map(({ name }) => name)).size).toBe(COUNT);
  const times = out.map(({ seconds, nanoseconds }) => seconds * 1000 + nanoseconds / 1e6);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
});

test('many held at once, the worst order', () => {
  const it = merged(1);
  const last = 200_000;
  for (let time = last; time > 0; time -= 100) {
    it.push(0, items(...Array.from({ length: 100 }, (_, at) => `${time - at}`)), 0);
  }
  expect(it.held()).toBe(last);
  const out = it.take(0);
  expect(out.every(({ name }, at) => name === `${at + 1}`)).toBe(true);
});
