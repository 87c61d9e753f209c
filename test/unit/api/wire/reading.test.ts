import { expect, test } from 'vitest';
import type { WireListener, WireEvent } from '../../../../src/api/wire/calls/wire-events.ts';
import { redacted } from '../../../../src/api/wire/redact/redact.ts';
import { capped } from '../../../../src/api/recordings/body-cap.ts';
import { eventLine } from '../../../../src/api/recordings/recording-format.ts';
import type { Crossing } from '../../../../src/api/wire/crossing.ts';
import { reading } from '../../../../src/api/wire/reading.ts';
import { callPrinter } from '../../../../src/verbs/api/printing/call-printer.ts';

type Crossed = readonly [Crossing, string];

const JSON_HEAD = 'Content-Type: application/json\r\n';
const created = '{"Id":"' + 'a'.repeat(64) + '","Warnings":["' + 'w'.repeat(400) + '"]}';
const frame = (text: string) => `\x01\0\0\0\0\0\0${String.fromCharCode(text.length)}${text}`;
const long = 'y'.repeat(40_000);

/** A session with all that is held for a while: half heads, JSON in pieces, what comes before an upgrade, frames, what is over the cap. */
const SESSION: readonly Crossed[] = [
  ['open', ''],
  ['peer', 'docker[7]'],
  ['client', `POST /v1.41/containers/create?name=web HTTP/1.1\r\nHost: d\r\n${JSON_HEAD}Content-Le`],
  ['client', `ngth: 52\r\n\r\n{"Image":"busybox","Env":["A=b",`],
  ['client', `"PASSWORD=secret1"]}`],
  ['engine', `HTTP/1.1 201 Created\r\n${JSON_HEAD}Content-Length: ${created.length}\r\n\r\n${created.slice(0, 100)}`],
  ['engine', created.slice(100, 300)],
  ['engine', created.slice(300)],
  ['client', `GET /v1.41/containers/${'a'.repeat(64)}/json HTTP/1.1\r\nHost: d\r\n\r\n`],
  ['engine', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['client', 'GET /v1.41/images/x/get HTTP/1.1\r\nHost: d\r\n\r\n'],
  ['engine', `HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n\r\n9c4`],
  ['engine', `0\r\n${long.slice(0, 900)}`],
  ['engine', `${long.slice(900)}\r\n0\r\n\r\n`],
  ['client', `POST /v1.41/exec/${'b'.repeat(64)}/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n`],
  ['client', `${JSON_HEAD}Content-Length: 2\r\n\r\n{}typed bef`],
  ['client', 'ore the answer\n'],
  ['engine', `HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n${frame('out').slice(0, 5)}`],
  ['engine', `${frame('out').slice(5)}${frame('more\n')}`],
  ['clientEnd', ''],
  ['engineEnd', ''],
  ['close', '{"first":"client"}'],
];

/** What comes of it; where `isShared`, the bytes are written over as soon as they were heard, as those of a ring are. */
function outcome(onEvent: WireListener, isShared: boolean): void {
  const cross = reading(onEvent);
  SESSION.forEach(([what, text], at) => {
    const bytes = Buffer.from(text, 'latin1');
    cross(what, 1, 1000 + at, bytes);
    if (isShared) bytes.fill('!');
  });
}

function recorded(isShared: boolean): string {
  const lines: string[] = [];
  const keep = (event: WireEvent) => lines.push(eventLine(event, 1000));
  const caps = { body: 1000, stream: 1000, isLate: () => false, leftOut: () => undefined };
  outcome(redacted(capped(keep, caps)), isShared);
  return lines.join('');
}

async function shown(isShared: boolean, stage: (onEvent: WireListener) => WireListener = redacted): Promise<string> {
  let text = '';
  const paper = {
    write: async (parts: readonly Buffer[]) => {
      text += Buffer.concat(parts).toString();
      return { written: 0, error: undefined };
    },
    truncate: async () => undefined,
    close: async () => undefined,
  };
  const view = callPrinter(paper, { verbose: true, colour: false, clock: () => 1000 });
  outcome(stage(view.onEvent), isShared);
  await view.end();
  return text;
}

test('what is heard is not kept: its bytes may be written over', async () => {
  expect(recorded(true)).toBe(recorded(false));
  expect(await shown(true)).toBe(await shown(false));
  const revealed = (onEvent: WireListener) => onEvent;
  expect(await shown(true, revealed)).toBe(await shown(false, revealed));
});

test('all of it is heard', async () => {
  const text = recorded(true);
  expect(text).toContain('PASSWORD=[redacted]');
  expect(text).toContain('"text":"typed before the answer\\n"');
  expect(text).toMatch(/"bytes":39000,"digest":"gmac:/);
  const seen = await shown(true);
  expect(seen).toMatch(/ContainerInspect +web /);
  for (const part of ['docker[7]', 'ContainerCreate', '"Warnings"', 'stdin | typed before', 'stdout | outmore']) {
    expect(seen).toContain(part);
  }
});
