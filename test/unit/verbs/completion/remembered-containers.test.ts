import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { containersSoon, rememberContainers } from '../../../../src/verbs/completion/remembered-containers.ts';
import { fakeContext, fakeEngine, fakeHost, summary as summaryOf } from '../../fakes.ts';

const NOW = 1_700_000_000_000;
const BASE = summaryOf();
let cache: string;
beforeEach(() => void (cache = mkdtempSync(join(tmpdir(), 'dbg-test-'))));
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const summary = (name: string, labels = {}) => ({ ...BASE, name, labels });
const file = () => join(cache, 'dbg/containers-docker-ssh%3A%2F%2Fann%40far.json');
const names = async (ctx: ReturnType<typeof person>) =>
  (await containersSoon(ctx, ['-H', 'ssh://ann@far'])).map(({ name }) => name);

/** A person at a Tab, whose engine is by ssh; `says` is what it answers to the dbg that nobody waits for. */
function person({ says, now = NOW }: { readonly says?: readonly string[]; readonly now?: number } = {}) {
  const asked: (readonly string[])[] = [];
  const host = {
    ...fakeHost({ isRoot: false }),
    read: (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    leave: (argv: readonly string[]) => {
      asked.push(argv);
      if (says) write(now, ...says);
    },
  };
  const choice = async () => ({ address: { kind: 'ssh', host: 'far', user: 'ann' }, client: 'docker' }) as never;
  let clock = 0;
  const ctx = fakeContext({ host, choice, env: { XDG_CACHE_HOME: cache }, now: () => now, clock: () => (clock += 50) });
  return { ...ctx, asked };
}

function write(at: number, ...all: readonly string[]): void {
  mkdirSync(dirname(file()), { recursive: true });
  writeFileSync(file(), JSON.stringify({ at, containers: all.map(summary) }));
}

test('what is new is given at once, and nobody asks', async () => {
  write(NOW - 1000, 'web');
  const ctx = person({ says: ['other'] });
  expect(await names(ctx)).toEqual(['web']);
  expect(ctx.asked).toEqual([]);
});

test('otherwise another dbg asks, and its answer is given when it comes in time', async () => {
  write(NOW - 60_000, 'web');
  const ctx = person({ says: ['web', 'db'] });
  expect(await names(ctx)).toEqual(['web', 'db']);
  expect(ctx.asked.map((argv) => argv.slice(argv.indexOf(ctx.self[0]!)))).toEqual([
    [...ctx.self, '-H', 'ssh://ann@far', '__complete', '--remember'],
  ]);
});

test('words that name the engine before __complete count too', async () => {
  const ctx = { ...person({ says: ['web'] }), engineWords: ['--tls'] };
  await names(ctx);
  expect(ctx.asked[0]?.slice(-5)).toEqual(['--tls', '-H', 'ssh://ann@far', '__complete', '--remember']);
});

test('an answer that does not come in time: what was remembered, and one alone asks', async () => {
  // The age of a file is by the machine's clock.
  write(Date.now() - 60_000, 'web');
  const [first, second] = [person({ now: Date.now() }), person({ now: Date.now() })];
  expect([await names(first), await names(second)]).toEqual([['web'], ['web']]);
  expect([first.asked.length, second.asked.length]).toEqual([1, 0]);
  // One that died asks no more.
  expect(await names(person({ now: Date.now() + 20_000, says: ['db'] }))).toEqual(['db']);
});

test.each([
  ['nothing', () => undefined],
  ['what is too old', () => write(NOW - 48 * 3_600_000, 'web')],
  ['what is no JSON', () => (write(NOW, 'web'), writeFileSync(file(), '{"at":'))],
])('%s was remembered: nothing is given', async (_, prepare) => {
  prepare();
  await expect(names(person())).rejects.toThrow('has not answered yet');
});

const answering = (list: () => Promise<ReturnType<typeof summary>[]>) => {
  const engine = { ...fakeEngine([]), list, within: () => engine };
  return { ...person(), engine: async () => engine };
};

test('what the engine says is kept, whole, and no label that may hold a secret', async () => {
  const ctx = answering(async () => [summary('web', { token: 's3cret', 'com.docker.compose.service': 'shop' })]);
  await names(ctx).catch(() => undefined);
  await rememberContainers(ctx);
  expect(await names(ctx)).toEqual(['web']);
  expect(readdirSync(dirname(file()))).toHaveLength(1);
  const text = readFileSync(file(), 'utf8');
  expect([text.includes('shop'), text.includes('s3cret')]).toEqual([true, false]);
});

test('an engine that does not answer leaves what was remembered, and the next one may ask', async () => {
  write(NOW - 60_000, 'web');
  const ctx = answering(async () => Promise.reject(new Error('no way')));
  await names(ctx);
  await expect(rememberContainers(ctx)).rejects.toThrow('no way');
  expect(await names(ctx)).toEqual(['web']);
  expect(ctx.asked).toHaveLength(2);
});

test('where nothing can be kept, the engine is asked', async () => {
  writeFileSync(join(cache, 'dbg'), 'a file');
  const ctx = answering(async () => [summary('web')]);
  expect(await names(ctx)).toEqual(['web']);
  expect(ctx.asked).toEqual([]);
});

test('a link in the place of the folder is not followed', async () => {
  const elsewhere = join(cache, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(cache, 'dbg'));
  expect(await names(answering(async () => [summary('web')]))).toEqual(['web']);
  expect(readdirSync(elsewhere)).toEqual([]);
});
