import { expect, test } from 'vitest';
import type { ConnectionFacts, Published } from '../../../../src/why/connection/connection-facts.ts';
import { DB, verdict } from './connection-fixtures.ts';

const way = { device: 'eth0', gateway: undefined, source: '192.0.2.1' };
const accept = { verdict: 'accept', rule: 'iptables -t filter -A DOCKER -j ACCEPT', isSure: true } as const;
const drop = {
  verdict: 'drop',
  rule: 'iptables -t filter -A DOCKER-USER -s 192.0.2.7/32 -j DROP',
  isSure: true,
} as const;
const given = (published: Published | undefined, over: Partial<ConnectionFacts['outsider']> = {}) => ({
  peer: { kind: 'container' as const, container: DB, isItself: false, published },
  outsider: { address: '192.0.2.7', way, walked: accept, ...over },
  doors: { listening: [], rules: ['-A DOCKER -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.3:80'] },
});
const at = (...addresses: readonly string[]): Published => ({ host: 8080, port: 80, addresses });

test.each([
  [given(undefined), 'outside.not-published', 'port 80/tcp of "db" is not published, so 192.0.2.7'],
  [
    given(at('0.0.0.0'), { way: { refused: 'Network is unreachable' } }),
    'outside.no-way-back',
    'no route to 192.0.2.7',
  ],
  [given(at('127.0.0.1')), 'outside.address', 'at 127.0.0.1 alone, and 192.0.2.7 reaches this host at 192.0.2.1'],
  [
    given(at('0.0.0.0'), { walked: drop }),
    'outside.firewall',
    'iptables -t filter -A DOCKER-USER -s 192.0.2.7/32 -j DROP',
  ],
  [
    given(at('0.0.0.0'), { walked: { ...drop, rule: 'iptables -t filter -P FORWARD DROP' } }),
    'outside.firewall',
    '-P FORWARD DROP',
  ],
] as const)('%#: %s is broken', (over, first, says) => {
  const { answer } = verdict(over, {}, { outside: true });
  expect(answer?.id).toBe(first);
  expect(answer?.sentence).toContain(says);
});

test.each([
  ['at every address', given(at('0.0.0.0', '::')), []],
  ['at the address that is reached', given(at('192.0.2.1')), []],
  ['at another address', given(at('10.9.9.9')), ['outside.address']],
  ['a rule that is not understood', given(at('0.0.0.0'), { walked: { ...drop, isSure: false } }), ['outside.firewall']],
  ['rules that cannot be read', given(at('0.0.0.0'), { walked: undefined }), []],
] as const)('nothing is broken: %s', (_, over, ids) => {
  const { answer, others } = verdict(over, {}, { outside: true });
  expect([answer?.sentence, others.map(({ id }) => id)]).toEqual([undefined, ids]);
});
