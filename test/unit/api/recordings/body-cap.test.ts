import { createCipheriv } from 'node:crypto';
import { expect, test } from 'vitest';
import type { WireEvent } from '../../../../src/api/wire/calls/wire-events.ts';
import { capped } from '../../../../src/api/recordings/body-cap.ts';

function gmac(text: string): string {
  const cipher = createCipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12)).setAAD(Buffer.from(text));
  cipher.final();
  return `gmac:${cipher.getAuthTag().toString('hex')}`;
}
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
  const onEvent = capped(
    (event) => {
      if (event.type === 'data') heard.push(event.data.toString());
      else if (event.type === 'omitted') heard.push(`-${event.bytes} ${event.from} ${event.digest}`);
      else heard.push(event.type);
    },
    {
      body: 4,
      stream,
      isLate: () => late.includes(++piece),
      leftOut: (bytes, isOverCap) => void (left[isOverCap ? 'over' : 'late'] += bytes),
    },
  );
  events.forEach(onEvent);
  return [...heard, `${left.over}/${left.late}`];
}

test.each<[string, readonly WireEvent[], readonly string[]]>([
  ['as long as the cap: untouched', [data('ab'), data('cd'), end], ['ab', 'cd', 'end', '0/0']],
  [
    'longer: the digest of the whole body, before its end',
    [data('abc'), data('def'), data('gh'), end],
    ['abc', 'd', `-4 engine ${gmac('abcdefgh')}`, 'end', '4/0'],
  ],
  ['cut off: before the close', [data('abcdef'), close], ['abcd', `-2 engine ${gmac('abcdef')}`, 'close', '2/0']],
  [
    'both ways have caps of their own',
    [data('abc'), data('123', { from: 'client' }), end],
    ['abc', '123', 'end', '0/0'],
  ],
  [
    'a stream has its own, and counts anew from where it begins',
    [of({ type: 'stream', protocol: 'tcp' }), data('abcdefgh'), data('i'), end],
    ['stream', 'abcdefgh', `-1 engine ${gmac('abcdefghi')}`, 'end', '1/0'],
  ],
  [
    'HTTP/2 is a body',
    [of({ type: 'stream', protocol: 'h2c' }), data('abcde'), close],
    ['stream', 'abcd', `-1 engine ${gmac('abcde')}`, 'close', '1/0'],
  ],
  [
    'logs are a stream',
    [of({ type: 'request', head: { ...head, target: '/v1.41/containers/a/logs?follow=1' } }), data('abcdefgh'), end],
    ['request', 'abcdefgh', 'end', '0/0'],
  ],
  [
    'another connection’s end is not this one’s',
    [data('abcdef'), of({ type: 'close', connection: 2 }), end],
    ['abcd', 'close', `-2 engine ${gmac('abcdef')}`, 'end', '2/0'],
  ],
])('%s', (_, events, heard) => {
  expect(through(events)).toEqual(heard);
});

test('a slow disk: the gap stands where it is, with the digest of what came until its end', () => {
  const stream = of({ type: 'stream', protocol: 'tcp' });
  expect(through([stream, data('ab'), data('cd'), data('ef'), end], { late: [1] })).toEqual([
    'stream',
    'ab',
    `-2 engine ${gmac('abcd')}`,
    'ef',
    'end',
    '0/2',
  ]);
});

test('the digest is what openssl mac says', () => {
  expect(gmac('abcdefgh')).toBe('gmac:07fa877233b8051da713eae1881f71cf');
});

test('each gap has its own digest, and many small pieces are no matter', () => {
  const pieces = Array.from({ length: 40 }, (_, number) => String(number).padStart(1000, '.'));
  const late = pieces.map((_, number) => number).filter((number) => number !== 20);
  const stream = of({ type: 'stream', protocol: 'tcp' });
  expect(through([stream, ...pieces.map((piece) => data(piece)), end], { late, stream: 1e6 })).toEqual([
    'stream',
    `-20000 engine ${gmac(pieces.slice(0, 20).join(''))}`,
    pieces[20],
    `-19000 engine ${gmac(pieces.slice(20).join(''))}`,
    'end',
    '0/39000',
  ]);
});
