import { expect, test } from 'vitest';
import type { Crossing, CrossingListener } from '../../../../src/api/wire/crossing.ts';
import { newRing, ringReader, ringWriter } from '../../../../src/api/beside/ring.ts';

/** Both ends in one thread, and what was called. */
function ends(size: number, patience = 20) {
  const said: string[] = [];
  const ring = newRing(size);
  const wake = () => said.push('wake');
  const writer = ringWriter(ring, { wake, lost: () => said.push('lost'), patience });
  const reader = ringReader(ring);
  const taken: [Crossing, number, number, string][] = [];
  const take = () =>
    reader.take((what, connection, time, bytes) => taken.push([what, connection, time, bytes.toString('latin1')]));
  const put = (text: string, connection = 1) => writer.put('client', connection, 1.5, Buffer.from(text, 'latin1'));
  return { said, ...writer, ...reader, put, putAny: writer.put, take, takeAny: reader.take, taken };
}

test('what is put in comes out, in its order', () => {
  const { putAny, take, taken, waiting } = ends(4096);
  putAny('open', 7, 1795537726598.266, Buffer.alloc(0));
  putAny('client', 7, 2, Buffer.from('GET /'));
  putAny('engineEnd', 4_000_000, 3, Buffer.alloc(0));
  expect(take()).toBe(3);
  expect(taken).toEqual([
    ['open', 7, 1795537726598.266, ''],
    ['client', 7, 2, 'GET /'],
    ['engineEnd', 4_000_000, 3, ''],
  ]);
  expect([take(), waiting()]).toEqual([0, 0]);
});

test('round and round, whatever the lengths', () => {
  const { put, take, taken } = ends(1024);
  for (let turn = 0; turn < 3000; turn++) {
    const text = String.fromCharCode(turn % 256).repeat((turn * 37) % 200);
    put(text, turn);
    if (turn % 2) take();
    if (turn % 2) expect(taken.splice(0).map(([, at, , said]) => [at, said])).toContainEqual([turn, text]);
  }
});

test('a piece that is longer than a part goes in several', () => {
  const { put, take, taken } = ends(1_048_576);
  const text = Array.from({ length: 200_000 }, (_, at) => String.fromCharCode(at % 251)).join('');
  put(text);
  take();
  expect(taken.length).toBe(4);
  expect(taken.map(([, , , part]) => part).join('') === text).toBe(true);
});

test('what comes while something is taken out waits for the next time: who takes has other things to do', () => {
  const { put, putAny, waiting, ...ring } = ends(4096);
  put('first');
  const heard: string[] = [];
  const onEvent: CrossingListener = (_what, _connection, _time, bytes) => {
    heard.push(bytes.toString());
    if (heard.length < 3) putAny('client', 1, 0, Buffer.from('more'));
  };
  expect([ring.takeAny(onEvent), heard, waiting() > 0]).toEqual([1, ['first'], true]);
});

test('full, and nobody takes anything: it is said once, and what comes then is lost', () => {
  const { put, take, said, taken } = ends(1024);
  for (let turn = 0; turn < 30; turn++) put('x'.repeat(100), turn);
  expect(said).toEqual(['lost']);
  take();
  expect(taken.map(([, connection]) => connection)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  put('more');
  expect(take()).toBe(0);
});

test('who sleeps is woken by anything, who naps by much, who reads by nothing', () => {
  const { put, take, rest, said } = ends(1024);
  put('a');
  expect(said).toEqual([]);
  expect(rest(true)).toBe(false);
  take();
  expect(rest(true)).toBe(true);
  put('a');
  put('b');
  expect(said).toEqual(['wake']);
  take();
  expect(rest(false)).toBe(true);
  put('a');
  expect(said).toEqual(['wake']);
  put('b'.repeat(480));
  put('c');
  expect(said).toEqual(['wake', 'wake']);
  expect(rest(false)).toBe(false);
});
