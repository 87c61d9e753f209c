import { expect, test } from 'vitest';
import { readRecording, recordedText, RECORDING } from '../../../src/timeline/recording.ts';
import type { TimelineEntry } from '../../../src/timeline/timeline-entry.ts';

const header = recordedText({ recording: RECORDING, version: 1, started: 5, engine: 'unix:///x' });
const entry: TimelineEntry = {
  at: 7.25,
  kind: 'log',
  container: { id: 'a', name: 'web' },
  stream: 'stderr',
  text: '\u001b[2J\n…',
  details: { isPart: true },
};
const usage = { at: 8, rows: [{ id: 'a', name: 'web', cpu: { percent: 3 } }] };
const read = (text: string) => readRecording('night', Buffer.from(text));

test('what is written is read', () => {
  const of = { at: 9, kind: 'engine', container: undefined, text: 'gone', details: {} } as const;
  const map = { at: 8.5, changes: { cards: { put: [], gone: ['a'] } } };
  const text = [{ entry }, { usage }, { map }, { entry: of }, { end: { at: 10, isFull: false } }]
    .map(recordedText)
    .join('');
  expect(read(header + text)).toEqual({
    header: { recording: RECORDING, version: 1, started: 5, engine: 'unix:///x' },
    entries: [entry, of],
    usage: [usage],
    maps: [map],
    end: { at: 10, isFull: false },
  });
});

test('a recording that broke off is read as far as it is whole; what a newer dbg adds is passed over', () => {
  const text = `${header}${recordedText({ entry })}{"weather":"rain"}\n${recordedText({ entry }).slice(0, -20)}`;
  expect(read(text)).toMatchObject({ entries: [entry], usage: [], end: undefined });
});

test.each([
  ['', 'line 1 is missing'],
  ['\u0000\u0001garbage\n', 'line 1 is no JSON object'],
  ['[1]\n', 'line 1 is no JSON object'],
  ['{"recording":"dbg api"}\n', 'line 1 is not its header'],
  ['{"recording":"dbg watch","version":2}\n', 'line 1 has version 2'],
  ['{"recording":"dbg watch","version":1,"started":"x","engine":""}\n', 'line 1 is not its header'],
  [`${header}x\n`, 'line 2 is no JSON object'],
  [`${header}{"entry":{}}\n`, 'line 2 has an entry that is none'],
  [`${header}${JSON.stringify({ entry: { ...entry, kind: 'other' } })}\n`, 'line 2 has an entry that is none'],
  [`${header}${JSON.stringify({ entry: { ...entry, at: 1e300 } })}\n`, 'line 2 has an entry that is none'],
  [`${header}${JSON.stringify({ entry: { ...entry, container: 'web' } })}\n`, 'line 2 has an entry that is none'],
  [`${header}{"usage":{"at":1,"rows":[{"id":1}]}}\n`, 'line 2 has a sample that is none'],
  [`${header}{"map":{"at":1,"changes":[]}}\n`, 'line 2 has a map that is none'],
  [`${header}${'x'.repeat(9 * 1024 * 1024)}\n`, 'line 2 is longer than any line of one'],
])('refused: %.60s', (text, why) => {
  expect(() => read(text)).toThrow(`night is no recording of dbg watch: ${why}`);
});

test('details that are no plain values are left out', () => {
  const text = header + JSON.stringify({ entry: { ...entry, details: { a: 1, b: { c: 2 }, d: null } } });
  expect(read(`${text}\n`).entries[0]!.details).toEqual({ a: 1, d: null });
});
