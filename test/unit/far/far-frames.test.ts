import { expect, test } from 'vitest';
import { frameParts, frameReader, inBodies, MOST_BODY } from '../../../src/far/far-frames.ts';

const bytesOf = (kind: string, text: string) => Buffer.concat(frameParts(kind, Buffer.from(text)));
const texts = (frames: ReturnType<ReturnType<typeof frameReader>>) =>
  frames.map(({ kind, body }) => `${kind}:${body.toString()}`);

const STREAM = Buffer.concat([bytesOf('o', 'one'), bytesOf('x', ''), bytesOf('e', 'zwei'), bytesOf('o', 'ü')]);
const FRAMES = ['o:one', 'x:', 'e:zwei', 'o:ü'];

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 13, STREAM.length])('frames come whole out of pieces of %i bytes', (size) => {
  const read = frameReader();
  const got: string[] = [];
  for (const piece of inBodies(STREAM, size)) got.push(...texts(read(Buffer.from(piece))));
  expect(got).toEqual(FRAMES);
});

test('a frame that has not come whole is kept until the rest comes', () => {
  const read = frameReader();
  expect(read(STREAM.subarray(0, 7))).toEqual([]);
  expect(texts(read(STREAM.subarray(7)))).toEqual(FRAMES);
});

test('a body of several parts is one frame', () => {
  const parts = frameParts('f', Buffer.from('ab'), Buffer.from('cd'));
  expect(texts(frameReader()(Buffer.concat(parts)))).toEqual(['f:abcd']);
});

test('a frame that is longer than any of dbg is no frame', () => {
  const head = Buffer.alloc(5);
  head.write('o');
  head.writeUInt32BE(MOST_BODY + 1, 1);
  expect(() => frameReader()(head)).toThrow(`a frame of ${MOST_BODY + 1} bytes`);
  expect(() => frameReader()(Buffer.from('<html>\n'))).toThrow(/a frame of \d+ bytes/);
});

test('bytes are cut into bodies that fit, and none is lost', () => {
  const bytes = Buffer.alloc(2 * MOST_BODY + 3, 7);
  const bodies = [...inBodies(bytes)];
  expect(bodies.map(({ length }) => length)).toEqual([MOST_BODY, MOST_BODY, 3]);
  expect(Buffer.concat(bodies).equals(bytes)).toBe(true);
});
