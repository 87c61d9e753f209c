import { expect, test } from 'vitest';
import { gather } from '../../../../../src/api/wire/http/gather.ts';
import { MOST_HEAD_BYTES, parseRequestHead } from '../../../../../src/api/wire/http/http-head.ts';
import { requestFraming } from '../../../../../src/api/wire/http/framing.ts';
import { messageReader } from '../../../../../src/api/wire/http/message.ts';

/** A reader of requests, and what it said; `next` is what comes behind each message. */
function reader(next: 'message' | 'stream' | 'wait' = 'message') {
  const said: string[] = [];
  const bytes = { raw: 0, rest: 0 };
  const made = messageReader(parseRequestHead, {
    head: (head, raw) => {
      said.push(`head ${head.target} ${raw.length}`);
      return requestFraming(head);
    },
    data: (data) => said.push(`data ${data.toString()}`),
    raw: (piece) => (bytes.raw += piece.length),
    end: () => {
      said.push('end');
      return next;
    },
    broken: (reason, rest) => {
      if (reason !== '') said.push(`broken: ${reason}`);
      bytes.rest += rest.length;
    },
  });
  return { ...made, said, bytes };
}

const GET = 'GET /a HTTP/1.1\r\n\r\n';

test('the bytes of heads and bodies, with what frames them, are all told', () => {
  const chunked = 'POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
  const body = '5;x\r\nhello\r\n0\r\nT: r\r\n\r\n';
  const { push, said, bytes } = reader();
  push(Buffer.from(`${chunked}${body}${GET}`));
  expect(said).toEqual([`head /b ${chunked.length}`, 'data hello', 'end', `head /a ${GET.length}`, 'end']);
  expect(bytes.raw).toBe(body.length);
});

test.for([
  ['message', ['head /a 19', 'end', 'head /a 19', 'end']],
  ['stream', ['head /a 19', 'end', `data ${GET}`]],
] as const)('what waits is read as it is told: %s', ([as, wanted]) => {
  const { push, go, said } = reader('wait');
  push(Buffer.from(`${GET}${GET.slice(0, 5)}`));
  push(Buffer.from(GET.slice(5)));
  expect(said).toEqual(['head /a 19', 'end']);
  go(as);
  expect(said).toEqual(wanted);
  go('stream'); // only what waits can be told
});

test('bounds: a head that does not end, and bytes that nobody can tell', () => {
  for (const size of [1 << 16, MOST_HEAD_BYTES * 2]) {
    const { push, said, bytes } = reader();
    const head = Buffer.from(`GET / HTTP/1.1\r\nA: ${'x'.repeat(MOST_HEAD_BYTES * 2)}`);
    for (let at = 0; at < head.length; at += size) push(head.subarray(at, at + size));
    push(Buffer.from('more'));
    expect(said).toEqual(['broken: a head that does not end']);
    expect(bytes.rest).toBe(head.length + 4);
  }
  const { push, said, bytes } = reader('wait');
  push(Buffer.from(GET));
  for (let sent = 0; sent < 80; sent++) push(Buffer.alloc(65_536));
  expect(said.slice(2)).toEqual(['broken: more bytes than an engine takes before it answers']);
  expect(bytes.rest).toBe(80 * 65_536);
});

test('gathered bytes are a copy, whatever becomes of the pieces', () => {
  const gathered = gather();
  const piece = Buffer.from('abc');
  gathered.add(piece);
  piece.fill('x');
  for (let at = 0; at < 2000; at++) gathered.add(Buffer.from('d'));
  const all = gathered.bytes();
  gathered.clear();
  gathered.add(Buffer.from('new'));
  expect([all.toString(), gathered.bytes().toString()]).toEqual([`abc${'d'.repeat(2000)}`, 'new']);
});
