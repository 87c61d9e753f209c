import { expect, test } from 'vitest';
import { judgeByRules } from '../../../../../src/api/gate/hijack/judge-by-rules.ts';
import { parseRules } from '../../../../../src/api/gate/hijack/rules.ts';
import type { Verdict } from '../../../../../src/api/gate/verdict.ts';
import { parseRequestHead } from '../../../../../src/api/wire/http/http-head.ts';

const head = (request: string) => parseRequestHead(`${request} HTTP/1.1\r\n\r\n`);

/** What becomes of requests, one after another: "METHOD TARGET", and the request's JSON. */
function judged(yaml: string, ...requests: readonly (readonly [string, unknown?])[]) {
  const said: string[] = [];
  const judge = judgeByRules(parseRules(yaml, 'rules.yaml'), (rule, call, what) =>
    said.push(`${rule}: ${call} ${what}`),
  );
  const verdicts = requests.map(([request, body]): Exclude<Verdict, { kind: 'needs body' }> => {
    const verdict = judge(head(request));
    if (verdict.kind !== 'needs body') return verdict;
    return verdict.judge(body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
  });
  return { verdicts, said };
}

const FAIL = '\n  fail: {}';

test.for<[rules: string, request: string, body: unknown, does: boolean]>([
  ['- match: {}' + FAIL, 'GET /x', undefined, true],
  ['- match: { method: GET }' + FAIL, 'POST /x', undefined, false],
  ['- match: { method: [get, head] }' + FAIL, 'GET /x', undefined, true],
  ['- match: { path: /containers/json }' + FAIL, 'GET /v1.41/containers/json?all=1', undefined, true],
  ['- match: { path: /containers/json }' + FAIL, 'GET /containers/json/x', undefined, false],
  ['- match: { path: "/containers/*/json" }' + FAIL, 'GET /containers/web/json', undefined, true],
  ['- match: { path: "/containers/*/json" }' + FAIL, 'GET /containers/a/b/json', undefined, false],
  ['- match: { path: "/images/**" }' + FAIL, 'GET /images/a/b:c/json', undefined, true],
  ['- match: { path: /a.c }' + FAIL, 'GET /abc', undefined, false],
  ['- match: { query: { all: 1 } }' + FAIL, 'GET /x?all=1', undefined, true],
  ['- match: { query: { all: 1 } }' + FAIL, 'GET /x?all=0', undefined, false],
  ['- match: { body: { Image: busybox } }' + FAIL, 'POST /x', { Image: 'busybox', Cmd: [] }, true],
  ['- match: { body: { Image: busybox } }' + FAIL, 'POST /x', { Image: 'other' }, false],
  [
    '- match: { body: { HostConfig: { Binds: [/a:/b] } } }' + FAIL,
    'POST /x',
    { HostConfig: { Binds: ['/', '/a:/b'] } },
    true,
  ],
  ['- match: { body: { Image: busybox } }' + FAIL, 'POST /x', undefined, false],
])('%s fits %s %o: %s', ([rules, request, body, does]) => {
  const { verdicts, said } = judged(rules, [request, body]);
  expect([verdicts[0]!.kind, said.length]).toEqual(does ? ['answer', 1] : ['forward', 0]);
});

test('the first that fits; `times` and then the next; a body that does not fit, and then the next', () => {
  const rules = `
- match: { path: /a, body: { x: 1 } }
  drop: {}
- match: { path: /a }
  times: 2
  fail: { status: 503, message: not yet }
- match: { path: /a }
  delay: 1.5s`;
  const { verdicts, said } = judged(
    rules,
    ['POST /a', { x: 1 }],
    ['POST /a', { x: 2 }],
    ['POST /a'],
    ['POST /a'],
    ['GET /b'],
  );
  expect(verdicts.map(({ kind }) => kind)).toEqual(['drop', 'answer', 'answer', 'forward', 'forward']);
  expect(verdicts[3]).toEqual({ kind: 'forward', delay: 1500 });
  expect(said).toEqual([
    '1: POST /a dropped',
    '2: POST /a answered with 503',
    '2: POST /a answered with 503',
    '3: POST /a passed on after 1500 ms',
  ]);
});

test('answers: JSON, text, headers', () => {
  const rules = `
- match: { path: /json }
  answer: { json: [{ Id: abc }] }
- match: { path: /text }
  answer: { status: 404, body: gone, headers: { X-A: 1 } }`;
  const [json, text] = judged(rules, ['GET /json'], ['GET /text']).verdicts;
  expect(json).toEqual({
    kind: 'answer',
    status: 200,
    headers: [['Content-Type', 'application/json']],
    body: Buffer.from('[{"Id":"abc"}]\n'),
  });
  expect(text).toMatchObject({
    status: 404,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['X-A', '1'],
    ],
  });
});

test.for<[patch: string, before: unknown, after: unknown]>([
  ['{ Status: dead }', { Status: 'up', Id: 1 }, { Status: 'dead', Id: 1 }],
  [
    '{ Status: dead }',
    [{ Id: 1 }, { Id: 2 }],
    [
      { Id: 1, Status: 'dead' },
      { Id: 2, Status: 'dead' },
    ],
  ],
  ['{ State: { Paused: true } }', { State: { Pid: 1 } }, { State: { Pid: 1, Paused: true } }],
  ['{ Gone: null }', { Gone: 1, Left: 2 }, { Left: 2 }],
  ['{ __proto__: { x: 1 } }', {}, JSON.parse('{"__proto__":{"x":1}}')],
  ['[]', [{ Id: 1 }], []],
])('patch %s', ([patch, before, after]) => {
  const [verdict] = judged(`- match: {}\n  patch: ${patch}`, ['GET /x']).verdicts;
  if (verdict?.kind !== 'forward') throw new Error('it was not to be answered');
  const { body } = verdict.patch!(
    { version: '1.1', status: 200, reason: '', headers: [], doubts: [] },
    Buffer.from(JSON.stringify(before)),
  );
  expect(JSON.parse(body.toString())).toEqual(after);
});

test.for([
  ['hello', 1, 'a list of rules'],
  ['- match: {}', 1, 'the rule does nothing'],
  ['- match: {}\n  fial: {}', 2, '"fial" is not known here; known: match'],
  ['- match: { pth: /x }\n  drop: {}', 1, '"pth" is not known'],
  ['- match: { path: containers }\n  drop: {}', 1, 'begins with "/"'],
  ['- match: {}\n  fail: {}\n  drop: {}', 3, 'not both'],
  ['- match: {}\n  times: 0\n  drop: {}', 2, 'a number of times'],
  ['- match: {}\n  delay: soon', 2, 'a time is expected'],
  ['- match: {}\n  delay: 30d', 2, 'at most 24h'],
  ['- match: { path: /v1.41/info }\n  drop: {}', 1, 'leave the version out'],
  ['- match: {}\n  fail: { message: { a: 1 } }', 2, 'a text is expected'],
  ['- match: {}\n  drop: { after: much }', 2, 'bytes are expected'],
  ['- match: {}\n  answer: { status: 99 }', 2, 'a status from 200'],
  ['- match: {}\n  answer: { json: 1, body: a }', 2, 'not both'],
  ['- match: {}\n  answer:\n    headers: { "A: b": 1 }', 3, 'no header'],
  ['- match: {}\n  answer:\n    headers: { Content-Length: 1 }', 3, 'no header'],
  ['- match: {}\n  drop: {}\n- match: [}', 3, 'Flow sequence'],
  ['- drop: {}\n- 7', 2, 'expected: match'],
  ['- match: { method: FOO }' + FAIL, 1, 'a method is expected'],
  ['- match:\n    path: /containers/json?all=1' + FAIL, 2, 'leave the query out'],
  ['- match: {}\n  answer:\n    body: { a: 1 }', 3, 'a text is expected'],
  ['- match: {}\n  answer:\n    status: 204\n    body: abc', 3, 'an answer of 204 has no body'],
  ['- match: {}\n  answer:\n    status: 304\n    json: {}', 3, 'an answer of 304 has no body'],
  ['- match: {}\n  fail: { status: 204 }', 2, 'an answer of 204 has no body'],
  ['- match: {}\n  fail: { status: 205 }', 2, 'an answer of 205 has no body'],
  ['- match: {}\n  answer:\n    headers: { A: "\u010aX-B: 1" }', 3, 'no header'],
  ['- match: {}\n  drop: {}\n- match:\n    path: *foo\n  drop: {}', 4, '*foo is a YAML alias of nothing'],
  ['- match: { path: /version }\n  patch: &p { Version: x, q: *p }', 1, 'aliases cannot be followed'],
  ['- match: {}\n  answer: { json: &a [ *a ] }', 1, 'aliases cannot be followed'],
  [
    `- match: &a0 [1, 1]\n${Array.from({ length: 12 }, (_, at) => `- &a${at + 1} [${`*a${at}, `.repeat(9)}]`).join('\n')}`,
    1,
    'aliases cannot be followed',
  ],
] as const)('is refused: %s', ([rules, line, why]) => {
  expect(() => parseRules(rules, 'rules.yaml')).toThrow(`rules.yaml, line ${line}: `);
  expect(() => parseRules(rules, 'rules.yaml')).toThrow(why);
});
