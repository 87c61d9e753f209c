import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
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
  await expect(engineThat(() => [201, body]).engine.make({})).rejects.toThrow(/^(the engine|it|the)/);
});

test('the engine’s own sentence is told when it makes none', async () => {
  const { engine } = engineThat(() => [400, { message: 'invalid mount config' }]);
  await expect(engine.make({})).rejects.toThrow('invalid mount config');
});

test.each([204, 404, 409])('a container is removed, also with the answer %i', async (status) => {
  const { engine, asked } = engineThat(({ method }) => (method === 'DELETE' ? [status, ''] : [201, { Id: ID }]));
  await (await engine.make({})).remove();
  expect(asked.at(-1)).toMatchObject({ method: 'DELETE', options: { _query: { force: '1' } } });
});

test('one that cannot be removed is told, with its id', async () => {
  const { engine } = engineThat(({ method }) =>
    method === 'DELETE' ? [500, { message: 'device busy' }] : [201, { Id: ID }],
  );
  await expect((await engine.make({})).remove()).rejects.toThrow(/abababababab cannot be removed: device busy/);
});

test('only containers that were made long ago are swept, and one that stays does not keep the others', async () => {
  const listed = [
    { Id: ID, Created: 100 },
    { Id: `cd${ID.slice(2)}`, Created: 101 },
    { Id: `ef${ID.slice(2)}`, Created: 300 },
  ];
  const { engine, asked } = engineThat(({ method, path }) =>
    method === 'GET' ? [200, listed] : path.includes(ID) ? [500, { message: 'busy' }] : [204, ''],
  );
  await engine.sweep('dbg.helper', 200_000);
  expect(asked.slice(1).map(({ path }) => path.slice(0, 22))).toEqual([
    '/v1.41/containers/abab',
    '/v1.41/containers/cdab',
  ]);
  expect(asked[0]).toMatchObject({
    options: { _query: { filters: '{"label":["dbg.helper"],"status":["created","exited","dead"]}' } },
  });
});

test('a folder that is none', async () => {
  await expect(engineThat(() => [200, { DockerRootDir: 'x' }]).engine.rootFolder()).rejects.toThrow('is not');
  expect(await engineThat(() => [200, { DockerRootDir: '/d' }]).engine.rootFolder()).toBe('/d');
});
