import { expect, test } from 'vitest';
import type { SeenResolver, SeenServer } from '../../../../src/why/container/network/network-facts.ts';
import { HOST_RESOLVER_CHECKS, RESOLVER_CHECKS } from '../../../../src/why/container/network/resolver-checks.ts';
import { found } from './given.ts';

const server = (address: string, inside: SeenServer['inside'], fromHost?: SeenServer['inside']): SeenServer => ({
  address,
  inside,
  fromHost,
  isAskingOthers: true,
});
const of = (servers: readonly SeenServer[], over: Partial<SeenResolver> = {}): SeenResolver => ({
  nameservers: servers.map(({ address }) => address),
  isAsHosts: false,
  isInternal: false,
  servers,
  ...over,
});
const DEAD = 'network.nameserver-dead';
const [HOSTS, DOCKERS] = ['192.0.2.53', '127.0.0.11'];

test.each<[string, SeenResolver | undefined, string[]]>([
  ['on no network', undefined, []],
  ['it answers', of([server(HOSTS, 'answers', 'answers')]), []],
  ['nothing was sent', of([server(HOSTS, 'silent')], { servers: undefined }), []],
  [
    'the file is empty',
    of([server('127.0.0.1', 'refused')], { nameservers: [] }),
    [
      'network.no-nameserver broken: "web" has no nameserver: its /etc/resolv.conf names none, and nobody answers at 127.0.0.1, which is asked then',
    ],
  ],
  [
    'the file is empty, and nothing was sent',
    of([], { servers: undefined }),
    ['network.no-nameserver suspect: "web" has no nameserver: its /etc/resolv.conf names none'],
  ],
  ['the file is empty, and its own nameserver answers', of([server('127.0.0.1', 'answers')], { nameservers: [] }), []],
  [
    'its own nameserver does not answer',
    of([server(HOSTS, 'silent', 'silent')]),
    [`${DEAD} broken: "web" cannot look up any name: ${HOSTS} does not answer`],
  ],
  [
    "the host's nameserver answers the host alone",
    of([server(HOSTS, 'silent', 'answers')], { isAsHosts: true }),
    [`${DEAD} broken: "web" cannot look up any name: ${HOSTS} does not answer`],
  ],
  [
    'a machine without a network',
    of([server(HOSTS, 'silent', 'silent')], { isAsHosts: true }),
    [
      `network.host-nameserver-dead note: "web" cannot look up any name: ${HOSTS} does not answer, nor does this host get an answer there`,
    ],
  ],
  [
    "Docker's DNS is not reached",
    of([server(DOCKERS, 'refused')]),
    [`${DEAD} broken: "web" cannot look up any name: nobody listens at ${DOCKERS}`],
  ],
  [
    'one of two does not answer',
    of([server(HOSTS, 'silent', 'silent'), server('192.0.2.54', 'answers', 'answers')]),
    [`${DEAD} suspect: "web" looks up names slowly: ${HOSTS} does not answer`],
  ],
  [
    'one refuses and one is silent',
    of([server(HOSTS, 'silent'), server('192.0.2.54', 'refused')]),
    [`${DEAD} broken: "web" cannot look up any name: nobody listens at 192.0.2.54, and ${HOSTS} does not answer`],
  ],
  [
    'without a route',
    of([server(HOSTS, 'unreachable')]),
    [`${DEAD} broken: "web" cannot look up any name: nothing leads to ${HOSTS}`],
  ],
  [
    "whom Docker's DNS asks is silent",
    of([{ ...server(DOCKERS, 'answers'), isAskingOthers: false }]),
    [
      'network.no-upstream note: "web" is told the names of containers alone: the nameservers that Docker\'s DNS asks for it do not answer',
    ],
  ],
  ['an internal network', of([{ ...server(DOCKERS, 'answers'), isAskingOthers: false }], { isInternal: true }), []],
])('%s', (_, resolver, expected) => {
  expect(found([...RESOLVER_CHECKS, ...HOST_RESOLVER_CHECKS], { resolver })).toEqual(expected);
});
