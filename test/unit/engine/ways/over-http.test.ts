import { afterEach, expect, test, vi } from 'vitest';
import { overHttp } from '../../../../src/engine/ways/over-http.ts';
import type { Hearing } from '../../../../src/engine/ways/way.ts';
import { container, ID } from '../../fakes.ts';

afterEach(() => vi.useRealTimers());

/** A way on which what is asked is noted, and answered by the test. */
function way() {
  const asked: { path: string; hearing: Hearing; isStopped: boolean }[] = [];
  const engine = overHttp(
    { kind: 'unix', path: '/e.sock' },
    {
      ask: (path, query, hearing) => {
        const one = { path: [path, ...Object.values(query)].join(' '), hearing, isStopped: false };
        asked.push(one);
        return () => (one.isStopped = true);
      },
    },
  );
  return { engine, asked };
}

const answer = ({ hearing }: { hearing: Hearing }, body: string, status = 200) => {
  hearing.status(status);
  for (const char of body) hearing.data(Buffer.from(char));
  hearing.end();
};

test('an answer in pieces, of any way', async () => {
  const { engine, asked } = way();
  const inspected = engine.inspect('web');
  answer(asked[0]!, JSON.stringify({ Id: ID, Name: '/web' }));
  expect(await inspected).toMatchObject({ id: ID, name: 'web' });
  const listed = engine.list();
  answer(asked[1]!, JSON.stringify([{ Id: ID, Names: ['/web'] }]));
  expect(await listed).toMatchObject([{ id: ID, name: 'web' }]);
  expect(asked.map(({ path }) => path)).toEqual(['/containers/web/json', '/containers/json 1']);
});

test('nothing of a name is another path', () => {
  const { engine, asked } = way();
  void engine.inspect('../../version?x').catch(() => undefined);
  void engine.network('a HTTP/1.1\r\nX: y').catch(() => undefined);
  expect(asked.map(({ path }) => path)).toEqual([
    '/containers/..%2F..%2Fversion%3Fx/json',
    '/networks/a%20HTTP%2F1.1%0D%0AX%3A%20y',
  ]);
});

test('no such container is no failure, a redirect is one', async () => {
  const { engine, asked } = way();
  const missing = engine.inspect('web');
  answer(asked[0]!, '{"message":"No such container: web"}', 404);
  expect(await missing).toBeUndefined();
  const moved = engine.inspect('web');
  answer(asked[1]!, '', 302);
  await expect(moved).rejects.toThrow('answered with status 302');
});

test.each([
  ['an inspect', (engine: ReturnType<typeof way>['engine']) => engine.inspect('web'), '4 MB'],
  ['a list', (engine: ReturnType<typeof way>['engine']) => engine.list(), '16 MB'],
])('%s of more than it can be is left', async (_, ask, size) => {
  const { engine, asked } = way();
  const promise = ask(engine);
  const { hearing } = asked[0]!;
  hearing.status(200);
  for (let pieces = 0; pieces < 250 && !asked[0]!.isStopped; pieces++) hearing.data(Buffer.alloc(65_536, ' '));
  await expect(promise).rejects.toThrow(`its answer is larger than ${size}`);
  expect(asked[0]!.isStopped).toBe(true);
});

test.each<[kind: string, hear: (hearing: Hearing, second: number) => void, sentence: string]>([
  [
    'comes too slowly',
    ({ data }) => data(Buffer.alloc(1000)),
    'has sent 20kB of its answer in 20 seconds, and not its end',
  ],
  [
    'stops',
    ({ data }, second) => second === 0 && data(Buffer.from('{')),
    'has sent 1B of its answer in 20 seconds, and',
  ],
  ['is only a head', () => undefined, 'sent nothing but the head of its answer in 20 seconds, and not its end'],
])('one that %s is left, and that is said', async (_, hear, sentence) => {
  vi.useFakeTimers();
  const { engine, asked } = way();
  const promise = engine.inspect('web');
  const refused = expect(promise).rejects.toThrow(sentence);
  asked[0]!.hearing.status(200);
  for (let seconds = 0; seconds < 21; seconds++) {
    hear(asked[0]!.hearing, seconds);
    await vi.advanceTimersByTimeAsync(1000);
  }
  await refused;
  expect(asked[0]!.isStopped).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that does not come is left', async () => {
  vi.useFakeTimers();
  const { engine, asked } = way();
  const refused = expect(engine.inspect('web')).rejects.toThrow('has not answered for 20 seconds');
  await vi.advanceTimersByTimeAsync(21_000);
  await refused;
  expect(asked[0]!.isStopped).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('a connection that the kernel gives up is told as that, and not as 20 seconds', async () => {
  const { engine, asked } = way();
  const promise = engine.inspect('web');
  asked[0]!.hearing.end(Object.assign(new Error('connect ETIMEDOUT 10.0.0.9:2375'), { code: 'ETIMEDOUT' }));
  await expect(promise).rejects.toThrow('cannot be asked: connect ETIMEDOUT 10.0.0.9:2375');
});

test.each([
  ['{"Id":"/"}', 'not a container'],
  ['[]', 'not a container'],
  ['{"Id":', 'its answer broke off'],
  [`{"Id":"${ID}","x":${'['.repeat(70_000)}`, 'its answer is nested more than 64 levels deep'],
  [`{"x":[${'0,'.repeat(110_000)}0]}`, 'its answer is of more than 100000 values'],
])('%.20s… is refused', async (body, message) => {
  const { engine, asked } = way();
  const promise = engine.inspect('web');
  asked[0]!.hearing.status(200);
  asked[0]!.hearing.data(Buffer.from(body));
  asked[0]!.hearing.end();
  await expect(promise).rejects.toThrow(message);
});

test('what is heard of a refusal to stream is no event', () => {
  const { engine, asked } = way();
  const heard: unknown[] = [];
  const watch = () => engine.watch(container(), (event) => heard.push(event));
  watch()();
  expect(asked[0]!.isStopped).toBe(true);
  const stops = [watch(), watch()];
  answer(asked[1]!, '{"Action":"die"}\n', 403);
  expect(heard).toEqual([]);
  answer(asked[2]!, '{"Action":"die"}\n');
  expect(heard).toMatchObject([{ action: 'die' }]);
  stops.forEach((stop) => stop());
});

test('an impatient one waits no longer than it was told', async () => {
  vi.useFakeTimers();
  const { engine, asked } = way();
  const refused = expect(engine.within(300).version()).rejects.toThrow('has not answered for 0.3 seconds');
  vi.advanceTimersByTime(300);
  await refused;
  expect(asked).toMatchObject([{ path: '/version', isStopped: true }]);
});
