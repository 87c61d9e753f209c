import { expect, test } from 'vitest';
import { entryStore } from '../../../src/host-page/page-entries.ts';

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => ({
    at: from + at,
    kind: 'log',
    container: { id: 'a', name: 'web' },
    stream: 'stdout',
    text: `line ${from + at}`,
  }));

test('what came is told once; of too much, the newest, and how much is left out', () => {
  const store = entryStore();
  store.add(lines(1, 3));
  expect(store.news().entries.map(({ text }) => text)).toEqual(['line 1', 'line 2', 'line 3']);
  expect(store.news()).toEqual({ entries: [], leftOut: 0 });
  for (let at = 4; at < 100_004; at += 10_000) store.add(lines(at, at + 9_999));
  const { entries, leftOut } = store.news();
  expect([entries.length, entries.at(-1)?.text, leftOut]).toEqual([200, 'line 100003', 99_800]);
  expect([store.all().length, store.all()[0]?.text, store.all().at(-1)?.number]).toEqual([1000, 'line 99004', 100_003]);
});

test('of too much, what containers log is left out first', () => {
  const store = entryStore();
  store.add([{ at: 1, kind: 'event', container: undefined, text: 'it died' }]);
  store.add(Array.from({ length: 5000 }, (_, at) => ({ at, kind: 'log', container: undefined, text: `line ${at}` })));
  const { entries, leftOut } = store.news();
  expect(entries[0]).toMatchObject({ text: 'it died' });
  expect(entries.at(-1)).toMatchObject({ text: 'line 4999' });
  expect(entries.length + leftOut).toBe(5001);
  expect(store.all()[0]).toMatchObject({ text: 'it died' });
});

test('old events do not keep new lines of logs away', () => {
  const store = entryStore();
  const many = (kind: string) =>
    Array.from({ length: 1500 }, (_, at) => ({ at, kind, container: undefined, text: '' }));
  store.add(many('event'));
  store.add(many('log'));
  const kinds = store.all().map(({ kind }) => kind);
  expect([kinds.length, kinds.filter((kind) => kind === 'log').length]).toEqual([1000, 500]);
});

test('a line of a megabyte is cut', () => {
  const store = entryStore();
  store.add([{ at: 1, kind: 'event', container: undefined, text: 'x'.repeat(1e6) }]);
  expect(store.all()[0]).toMatchObject({ id: '', name: '', stream: '', text: `${'x'.repeat(500)}…` });
});
