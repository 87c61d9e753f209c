import { expect, test } from 'vitest';
import type { ConnectionEvent, WireEvent } from '../../../../src/api/wire/calls/wire-events.ts';
import { readExchange } from '../../../../src/api/wire/http/exchange.ts';
import { names } from '../../../../src/api/wire/calls/container-names.ts';
import { isInBodies } from '../../../../src/api/page/find-in-bodies.ts';
import { history, type HistoryOptions } from '../../../../src/api/page/history.ts';
import { harOf, recordingOf } from '../../../../src/api/page/save.ts';
import { wholeOf } from '../../../../src/api/page/whole.ts';
import { curlLine } from '../../../../src/api/recordings/curl-line.ts';
import { parseEventLine, type RecordingHeader } from '../../../../src/api/recordings/recording-format.ts';
import { isKnown, isRight } from '../../../../src/api/recordings/check-event.ts';
import { harEntry } from '../../../../src/api/recordings/har.ts';
import { wholeCalls, type WholeCall } from '../../../../src/api/recordings/whole-call.ts';
import { redacted } from '../../../../src/api/wire/redact/redact.ts';
import { loadCalls } from '../../../../src/api/recordings/replay/load-calls.ts';

const SOURCE = { engine: 'unix:///var/run/docker.sock' };
const HEADER: RecordingHeader = { recording: 'dbg api', version: 1, started: 0, ...SOURCE };
const frame = (stream: number, text: string) =>
  `${String.fromCharCode(stream)}\0\0\0\0\0\0${String.fromCharCode(text.length)}${text}`;
const json = (first: string, text: string) =>
  `${first}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;

/** Two connections: create, then a hijacked exec, whose streams are framed; a list beside them, which goes on. */
function session(): WireEvent[] {
  const events: WireEvent[] = [];
  let [call, time] = [0, 1000];
  const one = (connection: number) => {
    const tell = (event: ConnectionEvent) => void events.push({ ...event, connection, time: time++ });
    tell({ type: 'open' });
    return { tell, ...readExchange(() => ++call, tell) };
  };
  const a = one(1);
  a.tell({ type: 'peer', peer: 'docker[7]' });
  a.client(
    Buffer.from(json('POST /v1.41/containers/create?name=web HTTP/1.1', '{"Env":["DB_PASSWORD=hunter2","A=needle"]}')),
  );
  a.engine(Buffer.from(json('HTTP/1.1 201 Created', '{"Id":"a1"}')));
  a.client(
    Buffer.from(
      'POST /v1.41/exec/e/start HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}',
    ),
  );
  a.engine(Buffer.from('HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n'));
  a.client(Buffer.from('typed\n'));
  a.engine(Buffer.from(frame(1, 'out ') + frame(2, 'err') + frame(1, 'NEE')));
  a.engine(Buffer.from(frame(1, 'DLE')));
  a.clientEnd();
  a.engineEnd();
  a.tell({ type: 'close', first: 'client', error: undefined });
  const b = one(2);
  b.client(Buffer.from('GET /v1.41/events HTTP/1.1\r\n\r\n'));
  b.engine(
    Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n'),
  );
  return events;
}

function kept(events: readonly WireEvent[], most?: HistoryOptions['most']) {
  const calls = history({ names: names(), changed: () => undefined, ...(most && { most }) });
  events.forEach(redacted(calls.onEvent));
  return calls.numbers().map((number) => calls.kept(number)!);
}

const eventsIn = (lines: readonly string[]) => {
  const { started } = JSON.parse(lines[0]!) as { started: number };
  return lines.slice(1).map((line) => parseEventLine(line, started));
};

const played = (events: readonly WireEvent[]) => {
  const { onEvent, calls } = loadCalls();
  events.forEach(onEvent);
  return calls().map(({ number, request, body, steps, missing }) => ({
    number,
    target: request.target,
    body: body.toString(),
    missing,
    steps: steps.map(({ typed, does }) => [
      typed?.bytes,
      does.kind === 'data' ? does.data.toString('latin1') : does.kind === 'head' ? does.head.status : does.kind,
    ]),
  }));
};

test('a recording of what is kept plays as one that was recorded, without secrets', () => {
  const straight: WireEvent[] = [];
  session().forEach(redacted((event) => straight.push(event)));
  const lines = [...recordingOf(kept(session()), SOURCE)];
  const saved = eventsIn(lines);
  expect(saved.every((event) => isKnown(event) && isRight(event))).toBe(true);
  expect(lines.join('')).not.toContain('hunter2');
  // Pieces that came as one are several frames now.
  const joined = (calls: ReturnType<typeof played>) =>
    calls.map((call) => ({ ...call, steps: JSON.stringify(call.steps).replaceAll(/"\],\[\d*(?:null)?,"/g, '') }));
  expect(joined(played(saved))).toEqual(joined(played(straight)));
  const [opened] = saved;
  expect(opened).toMatchObject({ type: 'open', connection: 1 });
  expect(saved.filter(({ type }) => type === 'close').map(({ connection }) => connection)).toEqual([1]);
  expect(saved.find(({ type }) => type === 'peer')).toMatchObject({ peer: 'docker[7]' });
  expect(saved.map(({ time }) => time)).toEqual(saved.map(({ time }) => time).toSorted((x, y) => x - y));
});

test('a HAR of what is kept is that of the recording', () => {
  const straight: WholeCall[] = [];
  session().forEach(redacted(wholeCalls((whole) => straight.push(whole))));
  const all = kept(session());
  const har = JSON.parse([...harOf(all, SOURCE)].join('')) as { log: { entries: unknown[] } };
  const wanted = straight.map((whole) => JSON.parse(JSON.stringify(harEntry(whole, SOURCE.engine, false))) as object);
  expect(har.log.entries.slice(0, 2)).toEqual(wanted);
  expect(har.log.entries).toHaveLength(3);
  expect(har.log.entries[1]).toMatchObject({
    _stdin: { text: 'typed\n' },
    response: { content: { text: 'out errNEEDLE' } },
  });
  expect(JSON.stringify(har)).not.toContain('hunter2');
});

test('a line of curl', () => {
  const [create, exec] = kept(session());
  const { line, notes } = curlLine(wholeOf(create!), HEADER);
  expect(line).toContain('--data-binary \'{"Env":["DB_PASSWORD=[redacted]","A=needle"]}\'');
  expect(notes.join()).toContain('secrets were left out');
  expect(curlLine(wholeOf(exec!), HEADER).line).toContain('/v1.41/exec/e/start');
});

test('what is not kept is told', () => {
  const body = `{"A":"${'x'.repeat(1000)}"}`;
  const events: WireEvent[] = [];
  const exchange = readExchange(
    () => 1,
    (event) => events.push({ ...event, connection: 1, time: 5 }),
  );
  exchange.client(Buffer.from(json('POST /a HTTP/1.1', body)));
  exchange.engine(Buffer.from(json('HTTP/1.1 200 OK', body)));
  const all = kept(events, { bytesOfOne: 100 });
  const saved = eventsIn([...recordingOf(all, SOURCE)]);
  expect(saved.filter(({ type }) => type === 'omitted')).toMatchObject([
    { from: 'client', bytes: body.length },
    { from: 'engine', bytes: body.length },
  ]);
  expect(curlLine(wholeOf(all[0]!), HEADER).line).toContain('--data-binary @BODY');
  expect([...harOf(all, SOURCE)].join('')).toContain(`${body.length} bytes more were not recorded`);
});

test.for([
  ['needle', [1, 2]],
  ['NEEDLE', [1, 2]],
  ['"id":', [1]],
  ['typed', [2]],
  ['hunter2', []],
  ['[redacted]', [1]],
  ['exec', []],
] as const)('%s is in the bodies of %j', ([text, wanted]) => {
  const found = kept(session()).filter((each) => isInBodies(each, text));
  expect(found.map(({ call }) => call.number)).toEqual(wanted);
});
