import { expect, test } from 'vitest';
import type { WireEvent } from '../../../../../src/api/wire/calls/wire-events.ts';
import { callPrinter, type ViewOptions } from '../../../../../src/verbs/api/printing/call-printer.ts';
import type { OutputFile } from '../../../../../src/host/host-files.ts';
import { said } from '../../../api/wire/conversation.ts';
import { turns } from '../../../turns.ts';

function paper(write: OutputFile['write'] = async () => ({ written: 0, error: undefined })) {
  let text = '';
  const file: OutputFile = {
    write: (parts) => {
      text += Buffer.concat(parts).toString();
      return write(parts);
    },
    truncate: async () => undefined,
    close: async () => undefined,
  };
  return { file, text: () => text };
}

async function shown(events: readonly WireEvent[], options: Partial<ViewOptions> = {}): Promise<string> {
  const { file, text } = paper();
  const view = callPrinter(file, { colour: false, clock: () => 0, ...options });
  events.forEach(view.onEvent);
  await view.end();
  return text();
}

const LIST = said([['GET /v1.41/containers/json?all=1', [{ Id: 'a', Names: ['/web'] }]]]);

test('a line for each call', async () => {
  expect(await shown(LIST)).toMatch(
    /^\S+ #1 {3}- {14}ContainerList {5}- {14}200 .* ms +0 B up +\d+ B down {2}GET \/containers\/json\?all=1\n$/,
  );
});

test('what comes from outside drives no terminal', async () => {
  const text = await shown(said([['GET /containers/\u001b[2J%1b/json']]), { verbose: true });
  expect(text).toContain('\\e[2J');
  expect(text).not.toContain('\u001b');
});

test('verbose: heads, and JSON indented', async () => {
  const lines = (await shown(LIST, { verbose: true })).split('\n');
  expect(lines).toContain('#1 > GET /v1.41/containers/json?all=1 HTTP/1.1');
  expect(lines).toContain('#1 > Host: docker');
  expect(lines).toContain('#1 < HTTP/1.1 200 OK');
  expect(lines).toContain('#1 <     "Id": "a",');
});

test('a filter leaves out lines and details', async () => {
  const events = said([['GET /_ping'], ['GET /containers/json', []]]);
  const filter: ViewOptions['filter'] = ({ operation }) => operation.name !== 'SystemPing';
  expect(await shown(events, { filter, verbose: true })).not.toContain('ping');
});

test('JSON: one object a line', async () => {
  const [first, ...others] = (await shown(LIST, { json: true })).trim().split('\n');
  expect(others).toEqual([]);
  expect(JSON.parse(first!)).toMatchObject({ call: 1, operation: 'ContainerList', status: 200, container: null });
});

test('JSON drives no terminal either, and says the same', async () => {
  const line = await shown(said([['GET /containers/json?x=\u009b31m']]), { json: true });
  expect(line).toContain('\\u009b31m');
  // Heads are Latin-1: the character's two bytes are two.
  expect(JSON.parse(line)).toMatchObject({ query: 'x=\u00c2\u009b31m' });
});

test('lines wait for a name, and stay in their order', async () => {
  const id = 'a'.repeat(64);
  const events = said([[`POST /containers/${id}/start`], ['GET /_ping']]);
  const text = await shown(events, {
    askName: () => turns(20).then(() => 'web'),
  });
  expect(text.split('\n').map((line) => line.split(/ +/).slice(3, 5))).toEqual([
    ['ContainerStart', 'web'],
    ['SystemPing', '-'],
    [],
  ]);
});

test('a reader that is too slow loses lines, and is told so', async () => {
  let isRead: (() => void) | undefined;
  const { file, text } = paper(
    () =>
      new Promise((resolve) => {
        isRead = () => resolve({ written: 0, error: undefined });
      }),
  );
  const view = callPrinter(file, { colour: false, clock: () => 0 });
  const events = said([['GET /_ping']]);
  events.forEach(view.onEvent);
  await expect.poll(() => isRead).toBeDefined();
  for (let time = 0; time < 100_000; time++) events.forEach(view.onEvent);
  const reading = setInterval(() => isRead!(), 5);
  await view.end();
  clearInterval(reading);
  expect(text()).toMatch(/… \d+ lines left out/);
  expect(text().length).toBeLessThan(9e6);
});

test('where reading is late, details are left out and counted; the line of a call never is', async () => {
  const text = await shown(LIST, { verbose: true, isLate: () => true });
  const [call, counted] = text.split('\n');
  expect(call).toContain('ContainerList');
  expect(counted).toMatch(/^… \d+ lines left out: they came too fast$/);
  expect(text).not.toContain('#1 >');
});

test('who reads no more is no failure; a full disk is', async () => {
  for (const [code, wanted] of [
    ['EPIPE', undefined],
    ['ENOSPC', 'no space'],
  ] as const) {
    const error = Object.assign(new Error('no space'), { code });
    const view = callPrinter(paper(async () => ({ written: 0, error })).file, { colour: false, clock: () => 0 });
    LIST.forEach(view.onEvent);
    expect((await view.end())?.message).toBe(wanted);
  }
});
