import { expect, test } from 'vitest';
import { type LogMessage, messageReader } from '../../../../src/engine/following/log-messages.ts';

const TIME = '2026-11-30T00:12:20.029456789Z';
const frame = (stream: number, text: string) => {
  const data = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
};

/** What is read of bytes that come in pieces of `size`. */
function read(bytes: Buffer, size: number) {
  const messages: LogMessage[] = [];
  const failed: string[] = [];
  const reader = messageReader({ message: (each) => messages.push(each), failed: (why) => failed.push(why) });
  for (let at = 0; at < bytes.length; at += size) reader.add(bytes.subarray(at, at + size));
  reader.end();
  return {
    messages: messages.map(({ stream, time, data }) => [stream, time, data.toString('latin1')]),
    failed,
    all: messages,
  };
}

test.each([1, 7, 31, 100_000])('frames in pieces of %d bytes', (size) => {
  const bytes = Buffer.concat([
    frame(1, `${TIME} one\n`),
    frame(2, `${TIME} two`),
    frame(1, `2026-11-30T01:12:20+01:00 podman\n`),
    frame(1, 'no time\n'),
    frame(3, 'cannot read on\n'),
  ]);
  const { messages, failed, all } = read(bytes, size);
  expect(messages).toEqual([
    ['stdout', TIME, 'one\n'],
    ['stderr', TIME, 'two'],
    ['stdout', '2026-11-30T01:12:20+01:00', 'podman\n'],
    ['stdout', '', 'no time\n'],
  ]);
  expect(failed).toEqual(['cannot read on']);
  expect(all[0]!.at).toBeCloseTo(Date.parse('2026-11-30T00:12:20.029Z') + 0.456789, 3);
  expect(all[2]!.at).toBe(Date.parse('2026-11-30T00:12:20Z'));
});

test.each([1, 4_000, 16_000, 100_000])('of a terminal, not framed, in pieces of %d bytes', (size) => {
  const part = 'x'.repeat(16_384);
  const text = `${TIME} one\r\n${TIME} ${part}${TIME} ${part}${TIME} rest\r\n${TIME} a=b ${part}${TIME} a=b end`;
  expect(read(Buffer.from(text), size).messages).toEqual([
    ['stdout', TIME, 'one\r\n'],
    ['stdout', TIME, part],
    ['stdout', TIME, part],
    ['stdout', TIME, 'rest\r\n'],
    ['stdout', TIME, `a=b ${part}`],
    ['stdout', TIME, 'a=b end'],
  ]);
});

test('a frame that claims to be endless fills no memory', () => {
  const header = Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
  const { messages } = read(Buffer.concat([header, Buffer.alloc(3 << 20, 'y')]), 65_536);
  expect(messages[0]![2]).toHaveLength(1 << 20);
});
