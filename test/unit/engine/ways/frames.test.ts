import { expect, test } from 'vitest';
import { frameReader } from '../../../../src/engine/ways/frames.ts';

const frame = (stream: number, text: string) => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

/** What each stream said; "?" is what was no frame. */
function read(pieces: readonly Buffer[]): Record<string, string> {
  const texts: Record<string, string> = {};
  const add = (key: string, data: Buffer) => void (texts[key] = (texts[key] ?? '') + data.toString('latin1'));
  const push = frameReader(
    (stream, data) => add(String(stream), data),
    (data) => add('?', data),
  );
  pieces.forEach(push);
  return texts;
}

const FRAMED = Buffer.concat([frame(1, 'out'), frame(2, 'error'), frame(1, ''), frame(1, ' more')]);
const CASES: [string, Buffer, Record<string, string>][] = [
  ['frames of two streams', FRAMED, { 1: 'out more', 2: 'error' }],
  ['a terminal', Buffer.from('\u001b[0m/ # ls\r\n'), { '?': '\u001b[0m/ # ls\r\n' }],
  ['a terminal that begins with a low byte', Buffer.from('\u0001\u0001abc'), { '?': '\u0001\u0001abc' }],
  ['frames, then something else', Buffer.concat([frame(1, 'a'), Buffer.from('oh no')]), { 1: 'a', '?': 'oh no' }],
  ['nothing', Buffer.alloc(0), {}],
];

test.each(CASES)('%s, in whatever pieces', (_, bytes, wanted) => {
  for (let size = 1; size <= bytes.length + 1; size++) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (__, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    expect(read(pieces), `in pieces of ${size}`).toEqual(wanted);
  }
});
