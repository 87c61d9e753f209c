import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { feed, type Message } from '../../../../src/api/page/feed.ts';
import type { Row } from '../../../../src/api/page/row.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const row = (number: number) => ({ number }) as Row;

function viewer(waiting = 0) {
  const messages: Message[] = [];
  const take = (text: string) => messages.push(JSON.parse(/^data: (.*)\n\n$/.exec(text)![1]!) as Message);
  return { messages, write: take, waiting: () => waiting, end: take };
}

const calls = { row: (call: number) => (call < 9 ? row(call) : undefined), rows: () => [row(1)], gone: () => 3 };
const started = () => feed({ calls, clock: () => 5, about: { engine: 'unix:///e', recording: false, most: 9 } });

test('all rows first, then what has changed, together', () => {
  const it = started();
  const one = viewer();
  it.changed(1);
  it.join(one);
  [2, 3, 2, 9].forEach(it.changed);
  expect(one.messages).toEqual([{ engine: 'unix:///e', recording: false, most: 9, rows: [row(1)], now: 5, gone: 3 }]);
  vi.runAllTimers();
  expect(one.messages[1]).toEqual({ rows: [row(2), row(3)], now: 5, gone: 3 });
});

test('a page that does not read gets no more, and the others do', () => {
  const it = started();
  const [slow, quick] = [viewer(8e6 + 1), viewer()];
  it.join(slow);
  it.join(quick);
  for (const call of [2, 3]) {
    it.changed(call);
    vi.runAllTimers();
  }
  expect(slow.messages.slice(1)).toEqual([{ behind: true }]);
  expect(quick.messages).toHaveLength(3);
  expect(it.viewers()).toBe(1);
});

test('the last one that leaves is told of; the end is told to all', () => {
  const it = started();
  const empty = vi.fn();
  it.onEmpty(empty);
  const leave = it.join(viewer());
  const other = viewer();
  const leaveToo = it.join(other);
  leave();
  expect(empty).not.toHaveBeenCalled();
  it.changed(4);
  it.end();
  expect(other.messages.slice(1)).toEqual([{ rows: [row(4)], now: 5, gone: 3 }, { ended: true }]);
  leaveToo();
  expect(it.viewers()).toBe(0);
});
