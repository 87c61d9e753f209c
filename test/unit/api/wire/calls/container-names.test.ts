import { expect, test } from 'vitest';
import { followCalls, type Call } from '../../../../../src/api/wire/calls/call.ts';
import { names, type AskName } from '../../../../../src/api/wire/calls/container-names.ts';
import { readExchange } from '../../../../../src/api/wire/http/exchange.ts';
import { said } from '../conversation.ts';

const [WEB, DB] = ['a'.repeat(64), 'b'.repeat(64)];
const SHORT = WEB.slice(0, 12);
const EXEC = 'e'.repeat(64);

/** What each call is about, as it is known at its end. */
function subjects(conversation: readonly (readonly [string, unknown?])[], ask?: AskName) {
  const known = names(ask);
  const calls: Call[] = [];
  const onEvent = followCalls((call, event) => {
    if (event.type === 'request' || call.endedAt !== undefined) known.learn(call);
    if (call.endedAt !== undefined) calls.push(call);
  });
  said(conversation).forEach(onEvent);
  return { known, of: () => calls.map((call) => known.of(call)) };
}

test.for<[what: string, (readonly [string, unknown?])[], string]>([
  ['a name in the path', [['GET /v1.41/containers/web/json']], 'web'],
  ['an id that nobody named', [[`POST /containers/${WEB}/start`]], 'aaaaaaaaaaaa'],
  ['what is being made', [['POST /containers/create?name=web', { Id: WEB }]], 'web'],
  ['what was made', [['POST /containers/create?name=web', { Id: WEB }], [`POST /containers/${WEB}/start`]], 'web'],
  [
    'what was inspected',
    [['GET /containers/aaa/json', { Id: WEB, Name: '/web' }], [`GET /containers/${WEB}/logs`]],
    'web',
  ],
  ['what was listed', [['GET /containers/json', [{ Id: DB, Names: ['/db'] }]], [`POST /containers/${DB}/kill`]], 'db'],
  ['renamed', [[`POST /containers/${DB}/rename?name=db2`], [`POST /containers/${DB}/kill`]], 'db2'],
  ['an exec', [['POST /containers/web/exec', { Id: EXEC }], [`POST /exec/${EXEC}/start`]], 'web'],
  [
    'an exec of an id',
    [
      ['GET /containers/json', [{ Id: WEB, Names: ['/web'] }]],
      [`POST /containers/${WEB}/exec`, { Id: EXEC }],
      [`POST /exec/${EXEC}/start`],
    ],
    'web',
  ],
  ['an exec that nobody knows', [[`POST /exec/${EXEC}/start`]], 'eeeeeeeeeeee'],
  ...[12, 20, 63].map((digits): [string, (readonly [string, unknown?])[], string] => [
    `${digits} digits of an id, as docker stats asks`,
    [['GET /containers/json', [{ Id: WEB, Names: ['/web'] }]], [`GET /containers/${WEB.slice(0, digits)}/stats`]],
    'web',
  ]),
  ['12 digits, inspected', [[`GET /containers/${SHORT}/json`, { Id: WEB, Name: '/web' }]], 'web'],
  [
    'an exec of 12 digits',
    [
      [`POST /containers/${SHORT}/exec`, { Id: EXEC }],
      [`GET /containers/${SHORT}/json`, { Id: WEB, Name: '/web' }],
      [`POST /exec/${EXEC}/start`],
    ],
    'web',
  ],
  ['renamed by 12 digits', [[`POST /containers/${SHORT}/rename?name=new`], [`POST /containers/${WEB}/kill`]], 'new'],
  [
    'renamed by its name',
    [
      ['GET /containers/json', [{ Id: WEB, Names: ['/web'] }]],
      ['POST /containers/web/rename?name=old'],
      [`POST /containers/${SHORT}/kill`],
    ],
    'old',
  ],
  [
    'a new one with the name that another one had',
    [
      ['GET /containers/json', [{ Id: WEB, Names: ['/web'] }]],
      ['POST /containers/web/rename?name=old'],
      ['POST /containers/create?name=web', { Id: DB }],
      ['POST /containers/web/start'],
    ],
    'web',
  ],
  [
    'fewer digits, which may be a name',
    [['GET /containers/json', [{ Id: WEB, Names: ['/web'] }]], ['POST /containers/aaaa/kill']],
    'aaaa',
  ],
  ['12 digits that nobody named', [[`POST /containers/${SHORT}/start`]], SHORT],
  ['13 digits that nobody named, a name perhaps', [[`POST /containers/${SHORT}a/start`]], `${SHORT}a`],
  [
    'a name that looks like the id of another one',
    [
      [
        'GET /containers/json',
        [
          { Id: WEB, Names: ['/web'] },
          { Id: DB, Names: [`/${SHORT}`] },
        ],
      ],
      [`POST /containers/${SHORT}/kill`],
    ],
    SHORT,
  ],
  [
    'of Podman’s: listed',
    [['GET /libpod/containers/json', [{ Id: DB, Names: ['db'] }]], [`POST /libpod/containers/${DB}/kill`]],
    'db',
  ],
  ['of Podman’s: inspected', [[`GET /v4.3.1/libpod/containers/${SHORT}/json`, { Id: WEB, Name: 'web' }]], 'web'],
  [
    'of Podman’s: an exec',
    [['POST /libpod/containers/web/exec', { Id: EXEC }], [`POST /libpod/exec/${EXEC}/start`]],
    'web',
  ],
  ['an image', [['GET /images/a/b:c/json']], 'a/b:c'],
  ['a list that is none', [['GET /containers/json', { message: 'no' }]], ''],
])('%s', ([, conversation, wanted]) => {
  expect(subjects(conversation).of().at(-1)).toBe(wanted);
});

test('what Podman’s own API makes has its name in the body', () => {
  const known = names();
  const calls: Call[] = [];
  const onEvent = followCalls((call) => {
    if (call.endedAt === undefined) return;
    known.learn(call);
    call.sent.kept = undefined; // as the page does
    calls.push(call);
  });
  const json = (first: string, value: unknown) => {
    const text = JSON.stringify(value);
    return Buffer.from(`${first}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
  };
  let call = 0;
  const exchange = readExchange(
    () => ++call,
    (event) => onEvent({ ...event, connection: 1, time: 0 }),
  );
  exchange.client(json('POST /v4.3.1/libpod/containers/create HTTP/1.1', { name: 'web' }));
  exchange.engine(json('HTTP/1.1 201 Created', { Id: WEB }));
  said([[`POST /libpod/containers/${WEB}/start`]]).forEach((event) => onEvent({ ...event, connection: 2 }));
  expect(calls.map((each) => known.of(each))).toEqual(['web', 'web']);
});

test('asks once for an id that did not go over the wire', async () => {
  const asked: string[] = [];
  const { known, of } = subjects([[`POST /containers/${WEB}/start`], [`POST /containers/${WEB}/kill`]], async (id) => {
    asked.push(id);
    return 'web';
  });
  expect(of()).toEqual(['aaaaaaaaaaaa', 'aaaaaaaaaaaa']);
  await known.settled();
  expect([of(), asked, known.settled()]).toEqual([['web', 'web'], [WEB], undefined]);
});

test('asks for 12 digits too, once also where they are a name', async () => {
  const asked: string[] = [];
  const other = 'b'.repeat(12);
  const { known, of } = subjects(
    [[`GET /containers/${SHORT}/stats`], [`GET /containers/${other}/stats`]],
    async (id) => (asked.push(id), id === SHORT ? 'web' : id),
  );
  await known.settled();
  expect([of(), asked]).toEqual([
    ['web', other],
    [SHORT, other],
  ]);
  const again = said([[`GET /containers/${other}/stats`], [`GET /containers/${WEB}/stats`]]);
  again.forEach(followCalls((call) => known.learn(call)));
  expect([known.settled(), asked.length]).toEqual([undefined, 2]);
});

test('an engine that does not know it is no failure', async () => {
  const { known, of } = subjects([[`POST /containers/${WEB}/start`]], () => Promise.reject(new Error('gone')));
  await known.settled();
  expect(of()).toEqual(['aaaaaaaaaaaa']);
});
