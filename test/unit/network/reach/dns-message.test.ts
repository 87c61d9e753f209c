import { expect, test } from 'vitest';
import { dnsQuestion, parseDnsAnswer } from '../../../../src/network/reach/dns-message.ts';

const question = dnsQuestion('db', 'A')!;
/** An answer of so many records, of a question for db. */
const answer = (code: number, ...records: readonly string[]) => {
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question.subarray(12), ...records.map((hex) => Buffer.from(hex, 'hex'))]);
};
// A pointer to the name, type, class IN, time to live, length, data.
const A = 'c00c 0001 0001 0000003c 0004 0ad60203'.replaceAll(' ', '');
const AAAA = 'c00c 001c 0001 0000003c 0010 fd000000000000000000000000000007'.replaceAll(' ', '');
const CNAME = 'c00c 0005 0001 0000003c 0005 0377 7777 00'.replaceAll(' ', '');

test('a question is what resolvers send', () =>
  expect(question.toString('hex')).toBe('db60010000010000000000000264620000010001'));

test.each(['', '.', 'a..b', 'x'.repeat(64), `${'x.'.repeat(127)}yy`])('%j is no name to ask for', (name) =>
  expect(dnsQuestion(name, 'AAAA')).toBeUndefined(),
);

test.each([
  ['an address', answer(0, A), { code: 0, addresses: ['10.214.2.3'] }],
  ['behind another name', answer(0, CNAME, A), { code: 0, addresses: ['10.214.2.3'] }],
  ['IPv6', answer(0, AAAA), { code: 0, addresses: ['fd00::7'] }],
  ['no such name', answer(3), { code: 3, addresses: [] }],
  ['cut off within a record', answer(0, A, AAAA.slice(0, 20)), { code: 0, addresses: ['10.214.2.3'] }],
  ['a question', question, undefined],
  ['too short', Buffer.from([0, 0, 0x80]), undefined],
  [
    'a name without an end',
    Buffer.concat([answer(0).subarray(0, 12), Buffer.alloc(4, 63)]),
    { code: 0, addresses: [] },
  ],
])('%s', (_, message, wanted) => expect(parseDnsAnswer(message)).toEqual(wanted));
