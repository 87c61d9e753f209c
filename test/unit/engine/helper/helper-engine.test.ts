import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { helperEngine } from '../../../../src/engine/helper/helper-engine.ts';

const ID = 'ab'.repeat(32);

interface Dialed {
  readonly method: string;
  readonly path: string;
  readonly options: { readonly _query: Readonly<Record<string, string>>; readonly _body: object };
}

/** An engine that answers each call, and what it was asked. */
function engineThat(answer: (call: Dialed) => readonly [status: number, body: unknown]) {
  const asked: Dialed[] = [];
  const dial = (options: object, answered: (error: Error | null, answer: IncomingMessage) => void) => {
    asked.push(options as Dialed);
    const [statusCode, body] = answer(options as Dialed);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    answered(null, Object.assign(Readable.from([Buffer.from(text)]), { statusCode }) as unknown as IncomingMessage);
  };
  const address = { kind: 'unix', path: '/run/x.sock' } as const;
  return { asked, engine: helperEngine(address, { headers: {}, apiVersion: '1.41' }, { dial }) };
}

test.each([
  ['no such image', 404, { message: 'No such image' }, undefined],
  ['an image without labels', 200, { Config: { Labels: null } }, ''],
  ['an image of another', 200, { Config: { Labels: { other: 'x' } } }, ''],
  ['a label that is no text', 200, { Config: { Labels: { 'dbg.key': {} } } }, ''],
  ['dbg’s', 200, { Config: { Labels: { 'dbg.key': 'k' } } }, 'k'],
])('the label of %s', async (_, status, body, label) => {
  const { engine, asked } = engineThat(() => [status, body]);
  expect(await engine.imageLabel('reg/dbg:1', 'dbg.key')).toBe(label);
  expect(asked[0]!.path).toBe('/v1.41/images/reg%2Fdbg%3A1/json?');
});

test.each([
  ['no id', {}],
  ['an id that is a path', { Id: '../../etc' }],
  ['no JSON', 'hello'],
])('what was made has %s', async (_, body) => {
  await expect(engineThat(() => [201, body]).engine.make('n', {})).rejects.toThrow(/^(the engine|it|the)/);
});

test('the engine’s own sentence is told when it makes none', async () => {
  const { engine } = engineThat(() => [400, { message: 'invalid mount config' }]);
  await expect(engine.make('n', {})).rejects.toThrow('invalid mount config');
});

test.each([204, 404, 409])('a container is removed, also with the answer %i', async (status) => {
  const { engine, asked } = engineThat(({ method }) => (method === 'DELETE' ? [status, ''] : [201, { Id: ID }]));
  await (await engine.make('n', {})).remove();
  expect(asked.at(-1)).toMatchObject({ method: 'DELETE', options: { _query: { force: '1' } } });
});

test('one that cannot be removed is told, with its id', async () => {
  const { engine } = engineThat(({ method }) =>
    method === 'DELETE' ? [500, { message: 'device busy' }] : [201, { Id: ID }],
  );
  await expect((await engine.make('n', {})).remove()).rejects.toThrow(/abababababab cannot be removed: device busy/);
});

const helper = (
  id: string,
  Created: number,
  name = 'dbg-helper-0123456789ab',
  Labels: object = { 'dbg.helper': 'k' },
) => ({
  Id: id,
  Created,
  Names: [`/${name}`],
  Labels,
});

test('only helpers that were made long ago are swept, and one that stays does not keep the others', async () => {
  const listed = [
    helper(ID, 100),
    helper(`cd${ID.slice(2)}`, 101),
    helper(`ef${ID.slice(2)}`, 300),
    helper('../..', 100),
    helper(ID, 100, 'web'),
    helper(ID, 100, 'dbg-helper-x'),
    helper(ID, 100, undefined, {}),
  ];
  const { engine, asked } = engineThat(({ method, path }) =>
    method === 'GET' ? [200, listed] : path.includes(ID) ? [500, { message: 'busy' }] : [204, ''],
  );
  await engine.sweep(200_000);
  expect(asked.slice(1).map(({ path }) => path.slice(0, 22))).toEqual([
    '/v1.41/containers/abab',
    '/v1.41/containers/cdab',
  ]);
  expect(asked[0]).toMatchObject({
    options: { _query: { filters: '{"label":["dbg.helper"],"status":["created"]}' } },
  });
});

test.each(['{}', '[1, null]', '[{"Names": 1, "Labels": 2, "Created": "x"}]'])(
  'a list that is none: %s',
  async (text) => {
    await expect(engineThat(() => [200, text]).engine.sweep(1)).resolves.toBeUndefined();
  },
);

test.each([
  [{ DockerRootDir: '/d' }, { rootFolder: '/d', time: undefined, isRootless: false }],
  [
    { DockerRootDir: '/d', SystemTime: '1970-01-01T00:00:01Z', SecurityOptions: ['name=seccomp', 'name=rootless'] },
    { rootFolder: '/d', time: 1000, isRootless: true },
  ],
])('what the engine says of its host: %j', async (info, host) => {
  expect(await engineThat(() => [200, info]).engine.host()).toEqual(host);
});

test('a folder that is none', async () => {
  await expect(engineThat(() => [200, { DockerRootDir: 'x' }]).engine.host()).rejects.toThrow('is not');
});

test.each([undefined, -1, 256, 1.5, '0'])('an exit code that is none: %s', async (StatusCode) => {
  const { engine } = engineThat(({ path }) => [200, path.includes('wait') ? { StatusCode } : { Id: ID }]);
  await expect((await engine.make('n', {})).removed()).rejects.toThrow('is not a number from 0 to 255');
});

test.each([0, 1, -5, 1e9, '7'])('a process that is none: %s', async (Pid) => {
  const { engine } = engineThat(() => [200, { Id: ID, State: { Pid } }]);
  await expect((await engine.make('n', {})).pid()).rejects.toThrow('is not a number');
});

describe('no timer keeps dbg awake', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('after an answer, and after an error of the connection', async () => {
    await engineThat(() => [200, { DockerRootDir: '/d' }]).engine.host();
    expect(vi.getTimerCount()).toBe(0);
    const dial = (_: object, answered: (error: Error, answer: never) => void) =>
      answered(Object.assign(new Error('x'), { code: 'ENOENT' }), undefined as never);
    const engine = helperEngine({ kind: 'unix', path: '/x' }, { headers: {} }, { dial });
    await expect(engine.host()).rejects.toThrow('no such socket');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('an engine that says nothing is left after a minute, and its connection too', async () => {
    let signal: AbortSignal | undefined;
    const dial = (options: { abortSignal?: AbortSignal }) => void (signal = options.abortSignal);
    const engine = helperEngine({ kind: 'unix', path: '/x' }, { headers: {} }, { dial });
    const asked = expect(engine.host()).rejects.toThrow('has not answered for 60 seconds');
    await vi.advanceTimersByTimeAsync(60_000);
    await asked;
    expect([signal?.aborted, vi.getTimerCount()]).toEqual([true, 0]);
  });
});
