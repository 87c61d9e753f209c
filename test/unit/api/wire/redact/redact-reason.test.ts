import { expect, test } from 'vitest';
import type { WireEvent } from '../../../../../src/api/wire/calls/wire-events.ts';
import { redacted } from '../../../../../src/api/wire/redact/redact.ts';

test.each([
  ['no header: "X-Any hunter2"', 'no header: "X-Any [redacted]"'],
  ['no header: "X-Any: a b" and more', 'no header: "X-Any: [redacted]"'],
  ['no header: "X"', 'no header: "X"'],
  ['no HTTP request: "GET /a b c"', 'no HTTP request: "GET [redacted]"'],
  ['no HTTP answer: "x y\nz"', 'no HTTP answer: "x [redacted]"'],
  ['there is no header: "X y"', 'there is no header: "X y"'],
  ['it says "Set-Cookie" a\nb', 'it says "Set-Cookie [redacted]"'],
  ['it says X-Registry-Auth hunter2', 'it says X-Registry-Auth [redacted]"'],
  ['it says Authorization', 'it says Authorization [redacted]"'],
  ['two of /a?b=c', 'two of /a? [redacted]"'],
  ['curl -u ann:hunter2', 'curl -u ann:[redacted]'],
  ['the auth: hunter2', 'the auth: [redacted]'],
  ['the end came too early', 'the end came too early'],
])('why something could not be read: %s', (reason, shown) => {
  const out: WireEvent[] = [];
  const onEvent = redacted((event) => out.push(event));
  const unread = { type: 'unread', call: 1, connection: 1, time: 1, from: 'client' } as const;
  const close = { type: 'close', first: 'client', connection: 1, time: 2 } as const;
  onEvent({ ...unread, reason });
  onEvent({ ...close, error: reason });
  expect(out).toEqual([
    { ...unread, reason: shown },
    { ...close, error: shown },
  ]);
});
