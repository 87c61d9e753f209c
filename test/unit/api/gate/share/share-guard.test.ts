import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { ConnectionEvent } from '../../../../../src/api/wire/calls/wire-events.ts';
import { login } from '../../../../../src/api/gate/share/auth.ts';
import type { Verdict } from '../../../../../src/api/gate/verdict.ts';
import { shareGuard } from '../../../../../src/api/gate/share/share-guard.ts';
import { parseRule } from '../../../../../src/api/gate/share/share-policy.ts';

const TIME = Date.parse('2026-01-01T12:00:00Z');

/** A guard with one connection, which events and requests come from. */
function guarded(
  options: { who?: ReturnType<typeof login>; isFull?: boolean; allow?: string; address?: string | undefined } = {},
) {
  const lines: Record<string, unknown>[] = [];
  const failures: Error[] = [];
  const audit = {
    path: 'log',
    close: () => undefined,
    write: (entry: object) => {
      if (options.isFull) throw new Error('ENOSPC');
      lines.push(JSON.parse(JSON.stringify(entry)) as Record<string, unknown>);
    },
  };
  const policy = { rules: options.allow === undefined ? [] : [parseRule('allow', options.allow)], readOnly: false };
  const { judgeOf, onEvent, end } = shareGuard({
    policy,
    login: options.who,
    audit,
    clock: () => TIME,
    failed: (error) => failures.push(error),
  });
  const tell = (event: ConnectionEvent) => onEvent({ ...event, connection: 1, time: TIME });
  tell({ type: 'open' });
  const { address } = { address: '192.0.2.7', ...options };
  const judge = judgeOf(Object.defineProperty(new Socket(), 'remoteAddress', { value: address }));
  let call = 0;
  const head = (method: string, target: string, headers: [string, string][] = []) =>
    ({ method, target, version: '1.1', headers, doubts: [] }) as const;
  return {
    lines,
    failures,
    tell,
    end,
    told: (...of: Parameters<typeof head>) => tell({ type: 'request', call: ++call, head: head(...of) }),
    ask: (...of: Parameters<typeof head>) => {
      tell({ type: 'request', call: ++call, head: head(...of) });
      return judge(head(...of));
    },
  };
}

test('a call is logged before it goes on, and its end when it has ended', () => {
  const { ask, lines, tell } = guarded();
  expect(ask('POST', '/v1.41/build?buildargs=%7B%22TOKEN%22%3A%22s3cret%22%7D&t=a&t=b')).toEqual({ kind: 'forward' });
  expect(lines).toMatchObject([
    { event: 'call', call: 1, operation: 'ImageBuild', query: ['buildargs', 't'], verdict: 'allowed' },
  ]);
  tell({ type: 'close', first: 'client', error: 'gone' });
  expect(lines[1]).toMatchObject({ event: 'end', call: 1, failure: 'gone' });
  expect(JSON.stringify(lines)).not.toContain('s3cret');
});

test('what the policy denies is answered; the message names it', () => {
  const { ask, lines } = guarded({ allow: 'GET /info' });
  const verdict = ask('POST', '/v1.41/containers/create');
  expect(verdict).toMatchObject({ kind: 'answer', status: 403 });
  expect(String((verdict as { body: Buffer }).body)).toContain('dbg share: not allowed here: POST /containers/create');
  expect(lines[0]).toMatchObject({ verdict: 'denied', why: 'not on the list of what is allowed' });
});

test('each request is asked for the password, which goes no further', () => {
  const ann = login('ann', 'secret');
  const { ask, lines } = guarded({ who: ann });
  const right: [string, string] = ['authorization', ann.authorization];
  expect(ask('GET', '/info', [right])).toEqual({ kind: 'forward', without: ['authorization'] });
  expect(ask('GET', '/info')).toMatchObject({ kind: 'answer', status: 401 });
  expect(ask('GET', '/info', [['Authorization', 'Basic eDp5']])).toMatchObject({ status: 401, isLast: true });
  expect(lines.map(({ user, verdict }) => [user, verdict])).toEqual([
    ['ann', 'allowed'],
    [undefined, 'denied'],
    [undefined, 'denied'],
  ]);
});

test('what the gate refuses by itself is logged too', () => {
  const { told, tell, lines } = guarded();
  told('GET', '//odd');
  tell({ type: 'close', first: 'engine', error: undefined });
  expect(lines.map(({ event, verdict }) => [event, verdict])).toEqual([
    ['call', 'denied'],
    ['end', undefined],
  ]);
});

test('a client that had gone before it was known who it is gets nothing done', () => {
  const { ask, lines } = guarded({ address: undefined });
  expect(ask('POST', '/containers/web/kill')).toEqual({ kind: 'drop' });
  expect(lines).toMatchObject([
    { call: 1, operation: 'ContainerKill', verdict: 'denied', why: expect.stringContaining('had gone') as string },
  ]);
});

test('of a path of a megabyte, the log keeps the beginning', () => {
  const { ask, lines } = guarded();
  ask('GET', `/containers/${'a'.repeat(1_000_000)}/json?${'b'.repeat(1_000_000)}=1`);
  expect(JSON.stringify(lines).length).toBeLessThan(10_000);
  expect(lines[0]!['path']).toMatch(/a… \(1000017 characters\)$/);
});

test('a log that is full lets nothing through', () => {
  const { ask, failures } = guarded({ isFull: true });
  expect(ask('GET', '/info')).toEqual({ kind: 'drop' });
  expect(ask('GET', '/info')).toEqual({ kind: 'drop' });
  expect(failures).toHaveLength(1);
});

test('what still goes on when the share ends has ended then', () => {
  const { ask, end, lines, tell } = guarded();
  ask('GET', '/events');
  end();
  expect(lines[1]).toMatchObject({ event: 'end', call: 1, failure: 'the share has ended' });
  tell({ type: 'close', first: 'engine', error: undefined });
  expect(ask('GET', '/info')).toEqual({ kind: 'drop' });
  expect(lines).toHaveLength(2);
});

const asked = (verdict: Verdict, body: unknown) =>
  verdict.kind === 'needs body' ? verdict.judge(Buffer.from(JSON.stringify(body))) : verdict;

test('a body that matters is waited for, and judged before it is logged', () => {
  const { ask, lines } = guarded({ allow: 'ContainerExec' });
  const verdict = ask('POST', '/containers/web/exec');
  expect([verdict.kind, lines]).toEqual(['needs body', []]);
  expect(asked(verdict, { Privileged: true })).toMatchObject({ kind: 'answer', status: 403 });
  expect(asked(ask('POST', '/containers/web/exec'), { Cmd: ['a'] })).toEqual({ kind: 'forward' });
  expect(lines.map((line) => [line['verdict'], line['why']])).toEqual([
    ['denied', expect.stringContaining('Privileged: power') as string],
    ['allowed', undefined],
  ]);
});

test('an exec is started that was made here', () => {
  const { ask, tell } = guarded({ allow: 'POST /**' });
  expect(ask('POST', '/exec/abc/start')).toMatchObject({ status: 403 });
  expect(asked(ask('POST', '/containers/web/exec'), { Cmd: ['a'] })).toEqual({ kind: 'forward' });
  const head = { version: '1.1', status: 201, reason: '', headers: [['Content-Type', 'application/json']], doubts: [] };
  tell({ type: 'end', call: 2, from: 'client' });
  tell({ type: 'response', call: 2, head } as unknown as ConnectionEvent);
  tell({ type: 'data', call: 2, from: 'engine', data: Buffer.from('{"Id":"abc"}') });
  tell({ type: 'end', call: 2, from: 'engine' });
  expect(ask('POST', '/v1.41/exec/abc/start')).toEqual({ kind: 'forward' });
  expect(ask('POST', '/exec/abcd/resize')).toMatchObject({ status: 403 });
  expect(guarded().ask('POST', '/exec/abc/start')).toEqual({ kind: 'forward' });
});

test('where the engine is sent is logged, by a body too', () => {
  const { ask, lines } = guarded();
  ask('GET', '/images/search?term=a.example/b');
  asked(ask('POST', '/auth'), { password: 's3cret', serveraddress: 'b.example' });
  expect(asked(ask('POST', '/auth'), [{ serveraddress: 'b' }])).toEqual({ kind: 'forward' });
  expect(lines.map((line) => line['where'])).toEqual(['a.example/b', 'b.example', undefined]);
  expect(JSON.stringify(lines)).not.toContain('s3cret');
});

test('with rules, the engine’s version is told as one that they are about', () => {
  expect(guarded({ allow: 'GET /info' }).ask('HEAD', '/_ping')).toHaveProperty('patch');
  expect(guarded().ask('HEAD', '/_ping')).toEqual({ kind: 'forward' });
});

test('after a wrong password, a stranger has to wait, and no one else', () => {
  const ann = login('ann', 'secret');
  const right: [string, string] = ['authorization', ann.authorization];
  const { ask } = guarded({ who: ann });
  expect(ask('GET', '/info', [right]).kind).toBe('forward');
  expect(ask('GET', '/info', [['authorization', 'Basic eDp5']])).toMatchObject({ status: 401 });
  const verdict = ask('GET', '/info', [right]);
  expect(verdict.kind).toBe('wait');
  expect(verdict.kind === 'wait' && verdict.judge()).toEqual({ kind: 'forward', without: ['authorization'] });
  expect(ask('GET', '/info', [right]).kind).toBe('forward');
  expect(ask('GET', '/info')).toMatchObject({ status: 401 });
});
