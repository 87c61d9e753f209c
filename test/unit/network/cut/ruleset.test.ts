import { describe, expect, test } from 'vitest';
import { ruleset, tableName } from '../../../../src/network/cut/ruleset.ts';
import type { PeerMatch, Impairments } from '../../../../src/network/cut/ways.ts';
import { ways } from './fixtures.ts';

const peer = { ifindex: 57, side: 'peer' } as const;
const own = { ifindex: 2, side: 'own' } as const;
const db: PeerMatch = { name: 'db', addresses: ['10.0.0.2', 'fd00::2'], port: 5432, protocol: 'tcp' };
const dns: PeerMatch = { name: '10.9.0.0/16', addresses: ['10.9.0.0/16'], port: 53, protocol: 'udp' };

const chain = (name: string, hook: string, ifindex: number, ...rules: string[]) => [
  `chain ${name} {`,
  `type filter hook ${hook} device "@" priority -500;`,
  `${hook === 'ingress' ? 'iif' : 'oif'} != ${ifindex} accept`,
  ...rules,
  '}',
];
const out = (...rules: string[]) => chain('out', 'ingress', 57, ...rules);
const into = (...rules: string[]) => chain('in', 'egress', 57, ...rules);

test('all of it: a table is replaced in one transaction', () =>
  expect(ruleset(peer, ways({ blackhole: true }))).toBe(
    `table netdev dbg_57
delete table netdev dbg_57
table netdev dbg_57 {
chain out {
type filter hook ingress device "@" priority -500;
iif != 57 accept
counter drop
}
chain in {
type filter hook egress device "@" priority -500;
oif != 57 accept
counter drop
}
}`,
  ));

describe('its chains', () => {
  const LOSS = 'numgen random mod 10000 < 3000 counter drop';
  const TO_DB = ['ip daddr 10.0.0.2 tcp dport 5432 counter drop', 'ip6 daddr fd00::2 tcp dport 5432 counter drop'];
  const FROM_DB = ['ip saddr 10.0.0.2 tcp sport 5432 counter drop', 'ip6 saddr fd00::2 tcp sport 5432 counter drop'];
  test.each<[string, Partial<Impairments>, string[]]>([
    ['blackhole, in', { blackhole: true, direction: 'in' }, into('counter drop')],
    ['blackhole, out', { blackhole: true, direction: 'out' }, out('counter drop')],
    ['a peer with a port', { drop: [db] }, [...out(...TO_DB), ...into(...FROM_DB)]],
    ['what a peer sends', { drop: [db], direction: 'in' }, into(...FROM_DB)],
    [
      'a peer, whatever its port',
      { drop: [{ ...db, port: undefined }], direction: 'out' },
      out('ip daddr 10.0.0.2 counter drop', 'ip6 daddr fd00::2 counter drop'),
    ],
    [
      'two peers, one by udp',
      { drop: [dns, db], direction: 'out' },
      out('ip daddr 10.9.0.0/16 udp dport 53 counter drop', ...TO_DB),
    ],
    ['loss', { loss: 0.3 }, [...out(LOSS), ...into(LOSS)]],
    ['all frames lost', { loss: 1, direction: 'in' }, into('counter drop')],
    ['all at once, in this order', { drop: [db], loss: 0.3, direction: 'in' }, into(...FROM_DB, LOSS)],
  ])('%s', (_, over, chains) => expect(ruleset(peer, ways(over))?.split('\n').slice(3, -1)).toEqual(chains));
});

test.each([
  ['out', 'egress', 'ip daddr 10.0.0.2 counter drop'],
  ['in', 'ingress', 'ip saddr 10.0.0.2 counter drop'],
] as const)("at the container's own end the hooks are the other way round: %s", (direction, hook, rule) => {
  const drop = [{ ...db, addresses: ['10.0.0.2'], port: undefined }];
  expect(ruleset(own, ways({ drop, direction }))?.split('\n').slice(3, -1)).toEqual(chain(direction, hook, 2, rule));
});

test.each<[string, Partial<Impairments>]>([
  ['nothing', {}],
  ['down', { down: true }],
  ['delay', { delay: { milliseconds: 100, jitter: 0 }, direction: 'in' }],
])('%s drops no frame: no table', (_, over) => expect(ruleset(peer, ways(over))).toBeUndefined());

test('the table of a device', () => expect(tableName(57)).toBe('dbg_57'));
