import { expect, test } from 'vitest';
import { redactHead } from '../../../../../src/api/wire/redact/redact-head.ts';

const headers = (...all: readonly (readonly [string, string])[]) =>
  redactHead({ method: 'GET', target: '/info', version: '1.1', headers: all, doubts: [] }).headers;

test.each([
  ['Basic YW5uOmh1bnRlcjI=', 'Basic [redacted]'],
  ['Bearer   hunter2', 'Bearer [redacted]'],
  ['X-Own hunter2', 'X-Own [redacted]'],
  ['hunter2', '[redacted]'],
  ['hunter:2 and more', '[redacted]'],
  ['Basic ', '[redacted]'],
  ['', ''],
])('Authorization: %s', (value, shown) => {
  expect(headers(['Authorization', value])).toEqual([['Authorization', shown]]);
});

test('a header that is no secret stays, also an empty one', () => {
  const all = [
    ['Host', 'docker'],
    ['X-Token', ''],
    ['User-Agent', 'Docker-Client/20.10'],
  ] as const;
  expect(headers(...all)).toEqual(all);
});
