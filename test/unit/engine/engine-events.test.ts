import { expect, test } from 'vitest';
import type { ContainerEvent } from '../../../src/engine/engine-events.ts';
import { eventReader } from '../../../src/engine/engine-events.ts';

function heard(...pieces: readonly string[]): ContainerEvent[] {
  const events: ContainerEvent[] = [];
  const read = eventReader((event) => events.push(event));
  for (const piece of pieces) read(Buffer.from(piece));
  return events;
}

const event = (action: string) => `{"Action":"${action}","timeNano":2000000,"Actor":{"Attributes":{"exitCode":"3"}}}\n`;

test('an event a line, cut anywhere', () => {
  const all = event('die') + event('stärt');
  const bytes = Buffer.from(all);
  for (let size = 1; size < bytes.length; size += 7) {
    const events: ContainerEvent[] = [];
    const read = eventReader((each) => events.push(each));
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
    expect(events).toEqual([
      { action: 'die', time: 2, exitCode: '3' },
      { action: 'stärt', time: 2, exitCode: '3' },
    ]);
  }
});

test.each([
  ['[]\n'],
  ['null\n'],
  ['{"Action":7}\n'],
  ['{"Actor":null}\n'],
  ['{"Action":{"Action":"die"}}\n'],
  ['{oops\n'],
  [`{"a":${'['.repeat(60_000)}\n`],
])('%s is passed over', (line) => expect(heard(line, event('die')).map(({ action }) => action)).toEqual(['die']));

test('a line without end is not kept, and what comes behind its end is heard', () => {
  const piece = `{"Action":"die","x":"${'x'.repeat(60_000)}`;
  const pieces = Array.from({ length: 1000 }, () => piece);
  expect(heard(...pieces, '"}\n', event('start')).map(({ action }) => action)).toEqual(['start']);
  expect(heard(`{"Action":"die","x":"${'x'.repeat(70_000)}"}\n${event('start')}`)).toHaveLength(1);
});
