import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { WireEvent } from '../../../../src/api/events.ts';
import { capped } from '../../../../src/api/recording/cap.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const head = { method: 'GET', target: '/x', version: '1.1', headers: [], doubts: [] };
const of = (event: object) => ({ connection: 1, time: 0, call: 1, ...event }) as unknown as WireEvent;
const data = (text: string, more: object = {}) =>
  of({ type: 'data', from: 'engine', data: Buffer.from(text), ...more });
const end = of({ type: 'end', from: 'engine' });
const close = of({ type: 'close' });

interface Setting {
  readonly stream?: number;
  /** by the number of the piece, from 0 on */
  readonly late?: readonly number[];
}

function through(events: readonly WireEvent[], { stream = 8, late = [] }: Setting = {}): string[] {
  const heard: string[] = [];
  let piece = -1;
  const left = { over: 0, late: 0 };
  const hear = capped(
    (event) => {
      if (event.type === 'data') heard.push(event.data.toString());
      else if (event.type === 'omitted') heard.push(`-${event.bytes} ${event.from} ${event.sha256}`);
      else heard.push(event.type);
    },
    {
      body: 4,
      stream,
      isLate: () => late.includes(++piece),
      leftOut: (bytes, isOverCap) => void (left[isOverCap ? 'over' : 'late'] += bytes),
    },
  );
  events.forEach(hear);
  return [...heard, `${left.over}/${left.late}`];
}

test.each<[string, readonly WireEvent[], readonly string[]]>([
  ['as long as the cap: untouched', [data('ab'), data('cd'), end], ['ab', 'cd', 'end', '0/0']],
  [
    'longer: the SHA-256 of the whole body, before its end',
    [data('abc'), data('def'), data('gh'), end],
    ['abc', 'd', `-4 engine ${sha256('abcdefgh')}`, 'end', '4/0'],
  ],
  ['cut off: before the close', [data('abcdef'), close], ['abcd', `-2 engine ${sha256('abcdef')}`, 'close', '2/0']],
  [
    'both ways have caps of their own',
    [data('abc'), data('123', { from: 'client' }), end],
    ['abc', '123', 'end', '0/0'],
  ],
  [
    'a stream has its own, and counts anew from where it begins',
    [of({ type: 'stream', protocol: 'tcp' }), data('abcdefgh'), data('i'), end],
    ['stream', 'abcdefgh', `-1 engine ${sha256('abcdefghi')}`, 'end', '1/0'],
  ],
  [
    'HTTP/2 is a body',
    [of({ type: 'stream', protocol: 'h2c' }), data('abcde'), close],
    ['stream', 'abcd', `-1 engine ${sha256('abcde')}`, 'close', '1/0'],
  ],
  [
    'logs are a stream',
    [of({ type: 'request', head: { ...head, target: '/v1.41/containers/a/logs?follow=1' } }), data('abcdefgh'), end],
    ['request', 'abcdefgh', 'end', '0/0'],
  ],
  [
    'another connection’s end is not this one’s',
    [data('abcdef'), of({ type: 'close', connection: 2 }), end],
    ['abcd', 'close', `-2 engine ${sha256('abcdef')}`, 'end', '2/0'],
  ],
])('%s', (_, events, heard) => {
  expect(through(events)).toEqual(heard);
});

test('a slow disk: the gap stands where it is, with the SHA-256 of what came until its end', () => {
  const stream = of({ type: 'stream', protocol: 'tcp' });
  expect(through([stream, data('ab'), data('cd'), data('ef'), end], { late: [1] })).toEqual([
    'stream',
    'ab',
    `-2 engine ${sha256('abcd')}`,
    'ef',
    'end',
    '0/2',
  ]);
});
