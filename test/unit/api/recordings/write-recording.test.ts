import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WireEvent } from '../../../../src/api/wire/calls/wire-events.ts';
import type { RecordingHeader } from '../../../../src/api/recordings/recording-format.ts';
import { recordingWriter } from '../../../../src/api/recordings/write-recording.ts';

const header: RecordingHeader = { recording: 'dbg api', version: 1, started: 0, engine: 'unix:///d.sock' };
const data = (text: string, call = 1): WireEvent => ({
  type: 'data',
  from: 'engine',
  call,
  connection: 1,
  time: 1.5,
  data: Buffer.from(text),
});
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Longer than lines are gathered behind a write. */
const turn = () => vi.advanceTimersByTimeAsync(5);

/** A disk of so many bytes, that takes each write when it is told to. */
function disk(size = Infinity) {
  const state = { text: '', writes: 0, closed: false };
  let go: (() => void) | undefined;
  const file = {
    write: async (parts: readonly Buffer[]) => {
      const part = Buffer.concat(parts);
      state.writes++;
      await new Promise<void>((done) => (go = done));
      const fits = part.subarray(0, Math.max(0, size - state.text.length));
      state.text += fits.toString();
      const error = fits.length < part.length ? Object.assign(new Error('full'), { code: 'ENOSPC' }) : undefined;
      return { written: fits.length, error };
    },
    truncate: async (length: number) => void (state.text = state.text.slice(0, length)),
    close: async () => void (state.closed = true),
  };
  const step = async () => {
    await turn();
    go?.();
    await turn();
  };
  return { file, state, step };
}

function recording(size?: number) {
  const made = disk(size);
  const failures: string[] = [];
  const made2 = recordingWriter(made.file, { header, maxBody: 1e9, failed: (error) => failures.push(error.message) });
  return { ...made, ...made2, failures };
}

test('one write at a time, the first at once; what came meanwhile goes together', async () => {
  const { begin, onEvent, end, state, step } = recording();
  void begin();
  expect(state.writes).toBe(1);
  for (const text of ['a', 'b', 'c']) onEvent(data(text));
  await step();
  expect(state.writes).toBe(2);
  const ended = end();
  await step();
  expect(await ended).toMatchObject({ calls: 1, overCap: 0, late: 0, failure: undefined, bytes: state.text.length });
  expect(state.text.split('\n').slice(1)).toEqual([
    ...['a', 'b', 'c'].map(
      (text) => `{"t":1.500,"connection":1,"type":"data","call":1,"from":"engine","text":"${text}"}`,
    ),
    '',
  ]);
  expect([state.writes, state.closed]).toEqual([2, true]);
});

test('a full disk: whole lines stay, it is said once, and no more is written', async () => {
  const { begin, onEvent, end, state, step, failures } = recording(300);
  void begin();
  await step();
  const lengthBefore = state.text.length;
  for (const text of ['a', 'b', 'c', 'd']) onEvent(data(text.repeat(50)));
  await step();
  await step();
  onEvent(data('later'));
  const { failure, bytes } = await end();
  expect([failures, failure?.message, state.closed]).toEqual([['full'], 'full', true]);
  expect(state.text.length).toBeGreaterThan(lengthBefore);
  expect([state.text.endsWith('}\n'), state.text.includes('later'), bytes]).toEqual([true, false, state.text.length]);
  for (const line of state.text.trimEnd().split('\n')) JSON.parse(line);
});

test('a disk that does not keep up: bodies are left out until it has, heads are not', async () => {
  const { begin, onEvent, end, state, step } = recording();
  void begin();
  const piece = 'x'.repeat(1024 * 1024);
  for (let at = 0; at < 40; at++) onEvent(data(piece));
  onEvent({ type: 'end', from: 'engine', call: 1, connection: 1, time: 2 });
  const ended = end();
  const isOver = ended.then(() => true);
  const turned = async () => (await step(), false);
  while (!(await Promise.race([isOver, turned()]))) continue;
  const { late } = await ended;
  expect(late).toBeGreaterThan(5 * piece.length);
  expect(late % piece.length).toBe(0);
  expect(state.text).toContain(`"type":"omitted","call":1,"from":"engine","bytes":${late}`);
  expect(state.text.trimEnd().endsWith('"type":"end","call":1,"from":"engine"}')).toBe(true);
});
