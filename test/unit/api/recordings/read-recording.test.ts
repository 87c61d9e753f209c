import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { WireEvent } from '../../../../src/api/wire/calls/wire-events.ts';
import { eventLine, headerLine } from '../../../../src/api/recordings/recording-format.ts';
import { peersFirst } from '../../../../src/api/recordings/peers-first.ts';
import { tellAll, openRecording } from '../../../../src/api/recordings/read-recording.ts';
import { said } from '../wire/conversation.ts';

const folder = mkdtempSync(join(tmpdir(), 'dbg-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

const header = headerLine({ recording: 'dbg api', version: 1, started: 1000, engine: 'unix:///d.sock' });
const event = '{"t":1,"connection":1,"type":"open"}\n';

async function read(text: string | Buffer) {
  const path = join(folder, 'r');
  writeFileSync(path, text);
  const notes: string[] = [];
  const events: WireEvent[] = [];
  const recording = await openRecording(path, (note) => notes.push(note));
  await tellAll(recording.events, (each) => events.push(each));
  return { header: recording.header, events, notes };
}

test('what was written is read again, whatever bytes there are, over many pieces of the file', async () => {
  const data = (bytes: Buffer): WireEvent => {
    return { type: 'data', call: 1, from: 'engine', data: bytes, connection: 1, time: 1234.567 };
  };
  const all: WireEvent[] = [
    { type: 'open', connection: 1, time: 1000 },
    ...said([['GET /v1.41/containers/json', [{ Id: 'ä\u0000\u001b[2J\u009b\u202e' }]]]).map((each) => ({
      ...each,
      time: 1001,
    })),
    data(Buffer.from([0, 255, 10, 13, 128])),
    data(Buffer.from('\u{feff}ü\n')),
    data(Buffer.alloc(300_000, 'ö')),
    data(Buffer.alloc(2000)),
    data(Buffer.alloc(0)),
    { type: 'omitted', call: 1, from: 'client', bytes: 5, digest: 'gmac:aa', connection: 1, time: 1003 },
    { type: 'close', first: 'client', error: undefined, connection: 1, time: 1004 },
  ];
  const text = header + all.map((each) => eventLine(each, 1000)).join('');
  const { events, notes } = await read(text);
  // As text: vitest compares Buffers byte by byte.
  const plain = (each: WireEvent) => (each.type === 'data' ? { ...each, data: each.data.toString('latin1') } : each);
  expect(events.map(plain)).toEqual(all.map(plain));
  expect(notes).toEqual([]);
  expect(text.match(/"text"|"base64"/g)).toEqual(
    ['text', 'base64', 'text', 'text', 'base64', 'text'].map((key) => `"${key}"`),
  );
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
});

test('a last line that is torn is left out, with a word; open connections are closed', async () => {
  const { events, notes } = await read(`${header}${event}{"t":2,"connec`);
  expect(events).toEqual([
    { type: 'open', connection: 1, time: 1001 },
    { type: 'close', first: 'engine', error: 'the recording ends here', connection: 1, time: 1001 },
  ]);
  expect(notes).toEqual([expect.stringMatching(/last line of .*\/r was not written to its end/)]);
});

test('what a newer dbg may add is passed over', async () => {
  const text = `${header}${event}{"t":2,"connection":1,"type":"mood","call":7}\n{"t":3,"connection":1,"type":"close","first":"client","why":1}\n`;
  expect((await read(text)).events.map(({ type }) => type)).toEqual(['open', 'close']);
});

test.each([
  ['', /is empty/],
  ['hello\n', /is no recording of dbg api/],
  ['null\n', /is no recording of dbg api/],
  ['{"log":{"version":"1.2"}}\n', /is no recording of dbg api/],
  ['{"recording":"dbg api","version":2,"started":1,"engine":"x"}\n', /version 2, this dbg reads version 1/],
  ['{"recording":"dbg api","version":1}\n', /the first line is not what/],
  [`${header}{"t":2,"connec\n${event}`, /line 2 of .* is no event/],
  [`${header}${event}{"t":2,"connection":1,"type":"data","call":1,"from":"engine"}\n`, /line 3 of/],
  [`${header}{"t":2,"connection":1,"type":"request","call":1,"head":{"method":"GET"}}\n`, /line 2 of/],
  [`${header}{"connection":1,"type":"open"}\n`, /line 2 of/],
  [`${header}{"t":1e300,"connection":1,"type":"open"}\n`, /line 2 of/],
  [`${header}null\n`, /line 2 of/],
])('%j is an error that says what it is', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});

test('no file; a directory', async () => {
  const open = (path: string) => openRecording(path, () => undefined);
  await expect(open(join(folder, 'nope'))).rejects.toThrow(/there is no file/);
  await expect(open(folder)).rejects.toThrow(/is a directory/);
});

test('who asked is told behind the opening of the connection', async () => {
  const events = [
    ...said([['GET /_ping']]),
    { type: 'peer', peer: 'docker[1]', connection: 1, time: 9 },
  ] as readonly WireEvent[];
  async function* given() {
    yield { type: 'open', connection: 2, time: 0 } as const;
    yield { type: 'open', connection: 1, time: 0 } as const;
    yield* events;
  }
  const types = [];
  for await (const { type } of peersFirst(given())) types.push(type);
  expect(types.slice(0, 4)).toEqual(['open', 'open', 'peer', 'request']);
});
