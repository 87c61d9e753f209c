import { expect, test } from 'vitest';
import { diffCalls } from '../../../../src/api/recordings/diff-calls.ts';
import { wholeCalls, type WholeCall } from '../../../../src/api/recordings/whole-call.ts';
import { readExchange } from '../../../../src/api/wire/http/exchange.ts';

const [ONE, OTHER] = ['a1'.repeat(32), 'b2'.repeat(32)];

interface Said {
  readonly request: string;
  readonly agent?: string;
  readonly body?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
  readonly ms?: number;
}

function session(calls: readonly Said[]): WholeCall[] {
  const whole: WholeCall[] = [];
  const onEvent = wholeCalls((each) => whole.push(each));
  let [time, call] = [0, 0];
  const exchange = readExchange(
    () => ++call,
    (event) => onEvent({ ...event, connection: 1, time }),
  );
  const json = (value: unknown) => (value === undefined ? '' : JSON.stringify(value));
  const length = (text: string) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  for (const { request, agent = 'x', body, status = 200, answer, ms = 1 } of calls) {
    exchange.client(Buffer.from(`${request} HTTP/1.1\r\nUser-Agent: ${agent}\r\n${length(json(body))}`));
    time += ms;
    exchange.engine(Buffer.from(`HTTP/1.1 ${status} X\r\n${length(json(answer))}`));
  }
  return whole;
}

const differences = (a: readonly Said[], b: readonly Said[]) =>
  diffCalls(session(a), session(b)).map((pair) => [pair.a?.call.number, pair.b?.call.number, ...pair.differences]);

test.for<[what: string, Said, Said, string[]]>([
  ['nothing', { request: 'GET /info' }, { request: 'GET /info' }, []],
  ['the version', { request: 'GET /v1.41/info' }, { request: 'GET /v1.43/info' }, ['version: 1.41 → 1.43']],
  ['a parameter', { request: 'GET /containers/json' }, { request: 'GET /containers/json?all=1' }, ['query all: — → 1']],
  ['who asks', { request: 'GET /info', agent: 'a' }, { request: 'GET /info', agent: 'b' }, ['User-Agent: a → b']],
  [
    'what is sent',
    { request: 'POST /containers/create', body: { HostConfig: { Memory: 0 } } },
    { request: 'POST /containers/create', body: { HostConfig: { Memory: 5 } } },
    ['body .HostConfig.Memory: 0 → 5'],
  ],
  [
    'not the order of a list that is a set',
    { request: 'POST /containers/create', body: { Env: ['A=1', 'B=2'], HostConfig: { Binds: ['/a:/b', '/c:/d'] } } },
    { request: 'POST /containers/create', body: { Env: ['B=2', 'A=1'], HostConfig: { Binds: ['/c:/d', '/a:/b'] } } },
    [],
  ],
  [
    'what such a list has more or less, or has another value for',
    {
      request: 'POST /containers/create',
      body: { Env: ['A=1', 'B=2'], HostConfig: { CapAdd: ['X', 'Y'] }, Cmd: ['a', 'b'] },
    },
    {
      request: 'POST /containers/create',
      body: { Env: ['B=3', 'A=1', 'C'], HostConfig: { CapAdd: ['Y', 'Z', 'W'] }, Cmd: ['b', 'a'] },
    },
    [
      'body .Env B: 2 → 3',
      'body .Env C: — → C',
      'body .HostConfig.CapAdd: X → W',
      'body .HostConfig.CapAdd: — → Z',
      'body .Cmd[0]: a → b',
      'body .Cmd[1]: b → a',
    ],
  ],
  ['the status', { request: 'GET /info' }, { request: 'GET /info', status: 500 }, ['status: 200 → 500']],
  [
    'the form of the answer',
    { request: 'GET /info', answer: { A: 1 } },
    { request: 'GET /info', answer: { A: 'x', B: 1 } },
    ['answer .A: number → string', 'answer .B: — → number'],
  ],
  ['not its values', { request: 'GET /info', answer: { A: 1 } }, { request: 'GET /info', answer: { A: 2 } }, []],
  ['how long it took', { request: 'GET /info', ms: 10 }, { request: 'GET /info', ms: 900 }, ['took ms: 10 → 900']],
  ['not a little longer', { request: 'GET /info', ms: 10 }, { request: 'GET /info', ms: 90 }, []],
  ['not times', { request: 'GET /events?until=1' }, { request: 'GET /events?until=2' }, []],
  [
    'not what is redacted in one',
    { request: 'POST /containers/create', body: { Env: ['A=[redacted]'] } },
    { request: 'POST /containers/create', body: { Env: ['A=secret'] } },
    [],
  ],
])('one call: %s', ([, a, b, wanted]) => {
  expect(differences([a], [b])).toEqual([[1, 1, ...wanted]]);
});

test('ids are the same when they come in the same order', () => {
  const run = (id: string) => [{ request: `POST /containers/${id}/start` }, { request: `GET /containers/${id}/json` }];
  expect(differences(run(ONE), run(OTHER))).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(differences(run(ONE), [run(ONE)[0]!, run(OTHER)[1]!])).toEqual([
    [1, 1],
    [2, undefined],
    [undefined, 2],
  ]);
});

test('calls of one session alone, wherever they stand', () => {
  const [ping, info, list] = [{ request: 'GET /_ping' }, { request: 'GET /info' }, { request: 'GET /containers/json' }];
  expect(differences([ping, info, list], [ping, list])).toEqual([
    [1, 1],
    [2, undefined],
    [3, 2],
  ]);
  expect(differences([list], [ping, list, info])).toEqual([
    [undefined, 1],
    [1, 2],
    [undefined, 3],
  ]);
  expect(differences([], [ping])).toEqual([[undefined, 1]]);
  expect(differences([ping, info], [ping])).toEqual([
    [1, 1],
    [2, undefined],
  ]);
});
