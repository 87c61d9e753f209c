import { expect, test } from 'vitest';
import type { Call } from '../../../../../src/api/wire/calls/call.ts';
import { operationOf } from '../../../../../src/api/wire/calls/operation.ts';
import { derivePolicy, policyText } from '../../../../../src/api/gate/share/derive-policy.ts';
import { parsePolicy, refusal } from '../../../../../src/api/gate/share/share-policy.ts';

const WEB = 'c0ffee'.padEnd(64, '1');
const NEW = 'beef'.padEnd(64, '2');

const call = (line: string, answer?: object): Call => {
  const [method, target] = line.split(' ') as [string, string];
  return {
    operation: operationOf(method, target),
    request: { method, target, version: '1.1', headers: [], doubts: [] },
    startedAt: Date.parse('2026-01-01T12:00:00Z'),
    endedAt: 1,
    received: { bytes: 0, isOver: true, kept: answer && [Buffer.from(JSON.stringify(answer))] },
  } as unknown as Call;
};

const SESSION = [
  call('HEAD /_ping'),
  call('GET /v1.41/containers/json', [{ Id: WEB, Names: ['/web'] }]),
  call('GET /v1.41/containers/c0ffee1/json', { Id: WEB, Name: '/web' }),
  call('POST /v1.41/containers/web/restart'),
  call('POST /v1.41/containers/web/restart'),
  call('POST /v1.41/exec/abc123/start'),
  call('GET /v1.41/images/team/app:1/json'),
  call('POST /v1.41/containers/create?name=job', { Id: NEW }),
  call(`POST /v1.41/containers/${NEW}/start`),
  call('POST /v1.41/containers/job/wait'),
  call('GET /x\nallow * /**\n#'),
  call('GET /unheard/of'),
];

test('what a recording asked for, and no more', () => {
  const derived = derivePolicy();
  SESSION.forEach((each) => derived.onEvent(each, {} as never));
  expect(derived.rules().map(({ rule, count }) => `${count} ${rule}`)).toEqual([
    '1 GET /_ping',
    '1 POST /containers/*/start',
    '1 GET /containers/c0ffee1/json',
    '1 POST /containers/create',
    '1 POST /containers/job/wait',
    '1 GET /containers/json',
    '1 GET /containers/web/json',
    '2 POST /containers/web/restart',
    '1 POST /exec/*/start',
    '1 GET /images/*/json',
  ]);
  const text = policyText(derived.rules(), derived.unknown(), 'a.ndjson');
  expect(text).toMatch(/^allow POST \/containers\/web\/restart +# 2 times, first at 2026-01-01T12:00:00.000Z$/m);
  expect(text).toMatch(/^# left out, as dbg knows no such operation.*GET \/unheard\/of$/m);
  expect(text).not.toContain('allow *');
  const policy = { rules: parsePolicy(text, 'a'), readOnly: false };
  for (const { request } of SESSION.slice(0, -2)) expect(refusal(policy, request!), request!.target).toBeUndefined();
  expect(refusal(policy, { ...SESSION[0]!.request!, method: 'POST', target: '/containers/db/restart' })).toBeDefined();
});

test('what asked for power over the host has it', () => {
  const derived = derivePolicy();
  const onEvent = (line: string, body: unknown) => {
    const kept = [Buffer.from(JSON.stringify(body))];
    derived.onEvent({ ...call(line), sent: { bytes: 1, isOver: true, kept } }, {} as never);
  };
  onEvent('POST /v1.41/containers/create', { Image: 'a', HostConfig: { Privileged: true } });
  onEvent('POST /v1.41/containers/create', { Image: 'a' });
  onEvent('POST /v1.41/containers/web/exec', { Cmd: [] });
  onEvent('POST /v1.41/build?networkmode=host', {});
  onEvent('POST /v1.41/grpc', {});
  onEvent('POST /v1.23/containers/web/start', {});
  expect(derived.rules().map(({ rule }) => rule)).toEqual([
    'POST /build with power',
    'POST /containers/create with power',
    'POST /containers/web/exec',
  ]);
  expect(derived.unknown()).toEqual(['POST /containers/web/start', 'POST /grpc']);
  const text = policyText(derived.rules(), derived.unknown(), 'a');
  expect(parsePolicy(text, 'a').map(({ withPower }) => withPower)).toEqual([true, true, false]);
});
