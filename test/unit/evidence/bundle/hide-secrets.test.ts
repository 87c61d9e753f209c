import { expect, test } from 'vitest';
import { hiddenIn, hiding } from '../../../../src/evidence/bundle/hide-secrets.ts';

const hide = hiding(['DB_PASSWORD=hunter22', 'MODE=late-mode', 'API_KEY=abc', 'PATH=/usr/bin']);

test.each([
  ['it said hunter22, twice: hunter22', 'it said [redacted], twice: [redacted]'],
  ['mode late-mode in /usr/bin', 'mode late-mode in /usr/bin'],
  ['too short: abc', 'too short: abc'],
  ['connect postgres://ann:s3cretpw@db/x', 'connect postgres://ann:[redacted]@db/x'],
  ['{"level":"info","password":"opensesame"}', '{"level":"info","password":"[redacted]"}'],
  ['a\n--password=opensesame\nb', 'a\n--password=[redacted]\nb'],
  ['key\n-----BEGIN PRIVATE KEY-----\nMIIE\nabcd\n-----END PRIVATE KEY-----\nend', 'key\n[redacted]\nend'],
])('%j', (text, safe) => {
  expect(hide(text)).toBe(safe);
});

test('each text of a value, whatever its key', () => {
  expect(hiddenIn({ a: ['hunter22', 1, null], b: { c: 'x hunter22' } }, hide)).toEqual({
    a: ['[redacted]', 1, null],
    b: { c: 'x [redacted]' },
  });
});

test('the text that replaces a secret is taken as it is', () => {
  expect(hiding(["TOKEN=$&$'abc"])("a $&$'abc b")).toBe('a [redacted] b');
});
