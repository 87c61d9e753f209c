import { expect, test } from 'vitest';
import { redactLoosely } from '../../../../../src/api/wire/redact/redact-text.ts';

// secrets.test.ts holds that no secret is seen. Here: where one begins and ends in a text that
// should be JSON and is not.

test.each([
  ['{"password":"a b","user":"ann"', '{"password":"[redacted]","user":"ann"'],
  ['{"my-api-key" : "a b", x', '{"my-api-key" : "[redacted]", x'],
  ["token='a b', user=ann", "token='[redacted]', user=ann"],
  ['secret=hunter2;user=ann&x', 'secret=[redacted];user=ann&x'],
  ['auth: hunter2}', 'auth: [redacted]}'],
  ['{"password":"not closed, and more', '{"password":[redacted]'],
  ["{'password':'not closed, and more", "{'password':[redacted]"],
  ['{"password":"[redacted]"}', '{"password":"[redacted]"}'],
  ['{"password":[redacted]}', '{"password":[redacted]}'],
  ['x my-auth: hunter2', 'x my-auth: [redacted]'],
  ['auth: [hunter2', 'auth: [redacted]'],
  ['keyboard: querty', 'keyboard: querty'],
])('%s', (text, shown) => expect(redactLoosely(text)).toBe(shown));
