import { expect, test } from 'vitest';
import { changesBetween, EMPTY } from '../../../src/host-page/changes.ts';
import { replayOf } from '../../../src/host-page/replay-host.ts';
import { recordedText, readRecording, type RecordedLine } from '../../../src/timeline/recording.ts';
import { card, CUT, idOf, SHOP } from './pictures.ts';

const HEADER = { recording: 'dbg watch', version: 1, started: 1000, engine: 'unix:///e' } as const;
const read = (lines: readonly RecordedLine[]) =>
  readRecording('r', Buffer.from([HEADER, ...lines].map((line) => recordedText(line)).join('')));
const entry = (at: number, text: string): RecordedLine => ({
  entry: { at, kind: 'log', container: { id: idOf('web'), name: 'web' }, stream: 'stdout', text, details: {} },
});

test('a moment has the map, the figures and the lines of its time', () => {
  const cut = { ...SHOP, wires: SHOP.wires.map((each) => ({ ...each, cut: CUT })) };
  const replay = replayOf(
    read([
      { map: { at: 1100, changes: changesBetween(EMPTY, SHOP)! } },
      entry(1200, 'one'),
      { usage: { at: 1300, rows: [{ id: idOf('web'), name: 'web', state: 'running', cpu: { percent: 12.34 } }] } },
      { map: { at: 2000, changes: changesBetween(SHOP, cut)! } },
      entry(2100, 'two'),
      { end: { at: 3000, isFull: false } },
    ]),
  );
  expect([replay.from, replay.to]).toEqual([1000, 3000]);
  expect(replay.momentAt(1050)).toEqual({ at: 1050, changes: {}, entries: [] });
  const early = replay.momentAt(1500);
  expect(early.changes.wires?.put.map((each) => each.cut)).toEqual([null, null, null]);
  expect(early.changes.usage?.put).toMatchObject([{ key: idOf('web'), cpu: 12.3, memory: null }]);
  expect(early.entries.map(({ text }) => text)).toEqual(['one']);
  const late = replay.momentAt(3000);
  expect(late.changes.wires?.put.map((each) => each.cut)).toEqual([CUT, CUT, CUT]);
  expect(late.changes.cards?.put).toEqual(SHOP.cards);
  expect(late.entries.map(({ text }) => text)).toEqual(['one', 'two']);
});

test('of a thousand looks, each moment is as it was', () => {
  let before = EMPTY;
  const maps = Array.from({ length: 1000 }, (_, at) => {
    const now = { ...EMPTY, cards: [card(`c${at}`), card('always')] };
    const changes = changesBetween(before, now)!;
    before = now;
    return { map: { at: 2000 + at, changes } };
  });
  const replay = replayOf(read(maps));
  for (const at of [0, 1, 63, 64, 65, 500, 999]) {
    const names = replay.momentAt(2000 + at).changes.cards!.put.map(({ name }) => name);
    expect(names.toSorted()).toEqual(['always', `c${at}`]);
  }
});

test('without a map, containers are known by what they used', () => {
  const rows = [{ id: idOf('web'), name: 'web', state: 'running', cpu: 'much', memory: null, pids: [] }];
  const { changes } = replayOf(read([{ usage: { at: 1300, rows } }])).momentAt(1400);
  expect(changes.cards?.put).toEqual([card('web', { image: '', on: 'unknown' })]);
  expect(changes.usage?.put).toMatchObject([{ name: 'web', cpu: null, memory: null, pids: null }]);
});
