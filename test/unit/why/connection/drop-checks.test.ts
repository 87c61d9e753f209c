import { expect, test } from 'vitest';
import type { Health } from '../../../../src/engine/inspection.ts';
import type { ConnectionFacts } from '../../../../src/why/connection/connection-facts.ts';
import type { Dropped } from '../../../../src/why/connection/beside-facts.ts';
import { attempt, DB, network, socket, verdict, WEB } from './connection-fixtures.ts';

const SILENT = attempt('silent');
const dropped = (
  grew: Partial<Dropped['grew']>,
  connections = 100,
  party: Dropped['party'] = { id: '', name: 'this host' },
): Dropped => ({
  party,
  now: { reversePath: 50, noRoom: 50, invalid: 50, connections },
  grew: { reversePath: 0, noRoom: 0, invalid: 0, ...grew },
});
const outside = {
  peer: { kind: 'outside' as const },
  named: [],
  address: '192.0.2.1',
  wish: { host: '192.0.2.1', address: '192.0.2.1', port: 80, protocol: 'tcp' as const, family: undefined },
  way: { device: 'eth0', gateway: '10.0.0.1', source: '10.0.0.2' },
};
const behind = (
  listening: ConnectionFacts['listening'],
  outcome: 'connected' | 'refused',
): Partial<ConnectionFacts> => ({
  wish: { ...outside.wish, host: '192.0.2.9', address: '192.0.2.9', port: 8080 },
  address: '192.0.2.9',
  named: [],
  peer: {
    kind: 'container',
    container: DB,
    isItself: false,
    published: { host: 8080, port: 80, addresses: ['0.0.0.0'] },
  },
  at: { address: '10.0.0.3', port: 80 },
  listening,
  attempt: attempt(outcome, { error: outcome === 'refused' ? 'ECONNREFUSED (111)' : '' }),
});
const health = (over: Partial<Health>): Health => ({
  status: 'unhealthy',
  failures: 4,
  exitCode: 1,
  output: '',
  ...over,
});

test.each([
  [
    'rp_filter of the peer',
    { attempt: SILENT, drops: [dropped({}), dropped({ reversePath: 6 }, 1, DB)] },
    'route.reverse-path',
    '"db" drops packets whose way back leads by another device (rp_filter): 6 while 6 were sent',
  ],
  [
    'a full table of connections',
    { attempt: SILENT, drops: [dropped({ noRoom: 6 }, 65536)] },
    'host.conntrack-full',
    'of this host is full: 65536 of 65536',
  ],
  [
    'no MASQUERADE',
    { ...outside, attempt: SILENT, hasMasquerade: false },
    'host.no-masquerade',
    'the address of "web", 10.0.0.2, so no answer from 10.0.0.3',
  ],
  [
    'an IPv6 address that is silent',
    { other: { address: 'fd00::3', isConnected: false, error: '' } },
    'name.ipv6-first',
    'db is fd00::3 too, which a program in "web" tries first, and no answer comes from there; 10.0.0.3 answers',
  ],
  [
    'a published port behind which it listens at 127.0.0.1, and docker-proxy answers',
    behind([socket('127.0.0.1', 80)], 'connected'),
    'peer.loopback-only',
    '"db" listens on port 80 at 127.0.0.1 only, so nobody else reaches it at 10.0.0.3',
  ],
  [
    'a published port behind which nothing listens',
    behind([socket('*', 8000)], 'refused'),
    'peer.other-port',
    'nothing listens on port 80/tcp of "db"; it listens on 8000',
  ],
] as const)('%s is the first that is broken', (_, over, first, says) => {
  const { answer } = verdict(over);
  expect([answer?.id, answer?.sentence]).toEqual([first, answer?.sentence]);
  expect(answer?.sentence).toContain(says);
});

test.each([
  [
    'a published port that leads to what listens',
    {
      ...behind([socket('*', 80)], 'connected'),
      doors: { listening: [], rules: ['-A DOCKER -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.3:80'] },
    },
    [],
  ],
  ['packets of others that rp_filter took', { drops: [dropped({ reversePath: 6 })] }, []],
  ['a table that is nearly full', { drops: [dropped({}, 65000)] }, ['host.conntrack-full']],
  ['a kernel without that table', { drops: [dropped({}, 0)], mostConnections: undefined }, []],
  ['an IPv6 address that answers', { other: { address: 'fd00::3', isConnected: true, error: '' } }, []],
  [
    'an IPv6 address that refuses',
    { other: { address: 'fd00::3', isConnected: false, error: 'ECONNREFUSED' } },
    ['name.ipv6-first'],
  ],
  ['a peer that is unhealthy', { health: health({ output: 'no\nno database\n' }) }, ['peer.unhealthy']],
  ['a peer that is healthy', { health: health({ status: 'healthy' }) }, []],
] as const)('nothing is broken: %s', (_, over, ids) => {
  const { answer, others } = verdict(over);
  expect([answer?.sentence, others.map(({ id }) => id)]).toEqual([undefined, ids]);
});

test.each([
  ['more packets than were sent', { drops: [dropped({ reversePath: 7 })] }, 'route.reverse-path'],
  ['packets that are of no connection', { drops: [dropped({ invalid: 6 })] }, 'host.conntrack-invalid'],
  [
    'a network that is to be without MASQUERADE',
    { ...outside, hasMasquerade: false, networks: [network({ isMasqueraded: false })], from: WEB },
    'host.no-masquerade',
  ],
] as const)('a suspect: %s', (_, over, id) => {
  const { answer, others } = verdict({ attempt: SILENT, ...over });
  expect([answer?.id, others.map((each) => each.id)]).toEqual(['transport.silent', [id]]);
});
