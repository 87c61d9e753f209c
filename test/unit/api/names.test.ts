import { expect, test } from 'vitest';
import { followCalls, type Call } from '../../../src/api/call.ts';
import { names, type AskName } from '../../../src/api/names.ts';
import { said } from './conversation.ts';

const [WEB, DB] = ['a'.repeat(64), 'b'.repeat(64)];
const EXEC = 'e'.repeat(64);

/** What each call is about, as it is known at its end. */
function subjects(conversation: readonly (readonly [string, unknown?])[], ask?: AskName) {
  const known = names(ask);
  const calls: Call[] = [];
  const hear = followCalls((call, event) => {
    if (event.type === 'request' || call.endedAt !== undefined) known.learn(call);
    if (call.endedAt !== undefined) calls.push(call);
  });
  said(conversation).forEach(hear);
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
  ['an image', [['GET /images/a/b:c/json']], 'a/b:c'],
  ['a list that is none', [['GET /containers/json', { message: 'no' }]], ''],
])('%s', ([, conversation, wanted]) => {
  expect(subjects(conversation).of().at(-1)).toBe(wanted);
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

test('an engine that does not know it is no failure', async () => {
  const { known, of } = subjects([[`POST /containers/${WEB}/start`]], () => Promise.reject(new Error('gone')));
  await known.settled();
  expect(of()).toEqual(['aaaaaaaaaaaa']);
});
