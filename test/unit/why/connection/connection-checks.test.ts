import { describe, expect, test } from 'vitest';
import type { ConnectionFacts } from '../../../../src/why/connection/connection-facts.ts';
import { unknown } from '../../../../src/why/fact.ts';
import { container, link } from '../../fakes.ts';
import { attempt, DB, end, looked, network, socket, verdict, WEB } from './connection-fixtures.ts';

const SILENT = attempt('silent');
const REFUSED = attempt('refused', { error: 'ECONNREFUSED (111)' });
const wish = (host: string, over: Partial<ConnectionFacts['wish']> = {}): ConnectionFacts['wish'] => ({
  host,
  address: undefined,
  port: 80,
  protocol: 'tcp',
  family: undefined,
  ...over,
});
const outside = { peer: { kind: 'outside' as const }, named: [], address: '192.0.2.1', wish: wish('192.0.2.1') };
const elsewhere = { ...DB, networks: [{ ...DB.networks[0]!, network: 'back', aliases: ['database'] }] };
const stopped = { ...DB, state: { ...DB.state, status: 'exited', pid: 0, exitCode: 137, finishedAt: 999_940_000 } };
const rule = (text: string, grew: number, verdictOf: 'drop' | 'reject' = 'drop') => ({
  text,
  verdict: verdictOf,
  packets: 100,
  grew,
});
const mark = (what: string, isInForce = true) => ({
  id: '01234567',
  what,
  by: 'ann',
  since: 999_000,
  until: 1_000_060,
  whose: 'db/eth0',
  foreign: '',
  isInForce,
});
type Row = readonly [title: string, over: Partial<ConnectionFacts>, first: string, says: string | RegExp];

const ROWS: readonly Row[] = [
  [
    'an old address in /etc/hosts',
    { etc: { hosts: ['10.0.0.9'], resolver: { nameservers: [], search: [], ndots: 1 } }, attempt: SILENT },
    'name.stale-hosts',
    'db is 10.0.0.9, but container "db" has 10.0.0.3',
  ],
  ['a nameserver that is silent', { looked: [looked('silent')] }, 'name.no-nameserver', '127.0.0.11 does not answer'],
  ['no rules for it', { looked: [looked('refused')] }, 'name.no-nameserver', 'nobody listens at 127.0.0.11, port 53'],
  [
    'the default bridge',
    {
      from: { ...WEB, networks: [{ ...WEB.networks[0]!, network: 'bridge' }] },
      named: [
        {
          container: { ...DB, networks: [{ ...DB.networks[0]!, network: 'bridge' }] },
          by: 'name',
          networks: ['bridge'],
        },
      ],
      looked: [looked('silent')],
    },
    'name.default-bridge',
    "Docker's default bridge",
  ],
  [
    'an alias elsewhere',
    {
      wish: wish('database'),
      named: [{ container: elsewhere, by: 'alias', networks: ['back'] }],
      looked: [looked('passed on')],
    },
    'name.unknown',
    'on network "back" it is an alias of "db", but "web" is not on it',
  ],
  ['no such name', { wish: wish('dbb'), named: [], looked: [looked(3)] }, 'name.unknown', 'knows the name dbb'],
  [
    "Docker's DNS asks others in vain",
    { wish: wish('a.example'), named: [], looked: [looked('passed on')] },
    'name.no-upstream',
    'has no a.example',
  ],
  [
    'no IPv6 address',
    { wish: wish('db', { family: 6 }) },
    'name.only-ipv6',
    'no IPv6 address for "web", only 10.0.0.3',
  ],
  [
    'no network',
    { ...outside, from: { ...WEB, networkMode: 'none', networks: [] }, attempt: attempt('unreachable') },
    'membership.none',
    '--network none',
  ],
  [
    'no common network',
    { peer: { kind: 'container', container: elsewhere, isItself: false }, attempt: SILENT },
    'membership.no-common',
    'is on "app" and "db" on "back"',
  ],
  [
    "a peer on the host's network",
    { named: [{ container: { ...DB, networkMode: 'host', networks: [] }, by: 'name', networks: [] }], attempt: SILENT },
    'membership.no-address',
    'reached at this host',
  ],
  [
    'a peer without a network',
    { named: [{ container: { ...DB, networkMode: 'none', networks: [] }, by: 'name', networks: [] }], attempt: SILENT },
    'membership.no-address',
    'nobody reaches it',
  ],
  [
    'somebody else answers for the address',
    { attempt: attempt('refused', { neighbourMac: '02:42:0a:00:00:99' }) },
    'link.other-answers',
    '02:42:0a:00:00:99 answers for 10.0.0.3',
  ],
  [
    'a peer without a way back',
    { peerWay: { refused: 'Network is unreachable' }, attempt: SILENT },
    'route.no-way-back',
    '"db" has no route back to 10.0.0.2 of "web": Network is unreachable',
  ],
  [
    'a gateway that is another container',
    {
      ...outside,
      way: { device: 'eth0', gateway: '10.0.0.9', source: '10.0.0.2' },
      wire: {
        own: end('web'),
        peer: undefined,
        bridge: link({ name: 'br-app', kind: 'bridge', mac: '02:42:aa:aa:aa:aa' }),
      },
      networks: [network({ macs: new Map([['3', '02:42:0a:00:00:09']]) })],
      attempt: attempt('silent', { neighbourMac: '02:42:0a:00:00:09' }),
    },
    'route.other-gateway',
    'to 10.0.0.9, which is another container on network "app"',
  ],
  [
    'a peer that dies again and again',
    {
      named: [
        {
          container: { ...DB, restarts: 4, state: { ...DB.state, startedAt: 999_999_000 } },
          by: 'name',
          networks: ['app'],
        },
      ],
      attempt: REFUSED,
    },
    'peer.restarting',
    'restarted 4 times',
  ],
  [
    'an internal network',
    {
      ...outside,
      networks: [network({ isInternal: true })],
      way: { refused: 'Network is unreachable' },
      attempt: attempt('unreachable'),
    },
    'membership.internal',
    '"app"',
  ],
  ['icc off', { networks: [network({ hasTraffic: false })], attempt: SILENT }, 'membership.icc', 'enable_icc=false'],
  [
    'a cut',
    { wire: { own: end('web'), peer: end('db', { marks: [mark('blackhole')] }), bridge: undefined }, attempt: SILENT },
    'link.cut',
    'eth0 of "db" is cut by dbg (blackhole): by ann, 16 minutes ago, for 1 minute more',
  ],
  [
    'a cut from just this peer',
    {
      wire: { own: end('web', { marks: [mark('drop:db:80/tcp')] }), peer: end('db'), bridge: undefined },
      attempt: SILENT,
    },
    'link.cut',
    'drop:db:80/tcp',
  ],
  [
    "a container's end that is down",
    {
      wire: { own: end('web', { inside: link({ flags: [] }) }), peer: end('db'), bridge: undefined },
      attempt: attempt('unreachable'),
      way: { refused: 'Network is unreachable' },
    },
    'link.down',
    'eth0, of "web", is set down',
  ],
  [
    "a host's end that is down, and the other one without a carrier",
    {
      wire: {
        own: end('web'),
        peer: end('db', { inside: link({ flags: ['UP'] }), device: link({ name: 'veth7', flags: [] }) }),
        bridge: undefined,
      },
      attempt: SILENT,
    },
    'link.down',
    'veth7',
  ],
  [
    'no bridge',
    {
      wire: { own: end('web'), peer: end('db', { device: link({ name: 'veth7' }) }), bridge: undefined },
      attempt: SILENT,
    },
    'link.no-bridge',
    'veth7',
  ],
  [
    'one MAC address',
    {
      wire: { own: end('web'), peer: end('db', { inside: link({ mac: '02:42:0a:00:00:02' }) }), bridge: undefined },
      attempt: SILENT,
    },
    'link.same-address',
    '02:42:0a:00:00:02',
  ],
  [
    'no route',
    { ...outside, way: { refused: 'Network is unreachable' }, attempt: attempt('unreachable') },
    'route.none',
    '192.0.2.1',
  ],
  [
    'a route by another network',
    { wire: { own: end('web', { network: 'vpn' }), peer: end('db'), bridge: undefined }, attempt: SILENT },
    'route.wrong-device',
    'through eth0 on network "vpn"',
  ],
  [
    'no forwarding',
    {
      ...outside,
      way: { device: 'eth0', gateway: '10.0.0.1', source: '10.0.0.2' },
      isForwarding: false,
      attempt: SILENT,
    },
    'route.forwarding-off',
    'ip_forward is 0',
  ],
  [
    'no route on the host',
    { ...outside, hostWay: { refused: 'Network is unreachable' }, attempt: attempt('unreachable') },
    'route.host-none',
    'this host itself',
  ],
  [
    "a rule of the host's that drops",
    {
      attempt: SILENT,
      taken: { sent: 6, own: [], peer: [], host: [rule('iptables -t filter -A DOCKER-USER -j DROP', 6)] },
    },
    'host.dropped',
    '10.0.0.3:80: iptables -t filter -A DOCKER-USER -j DROP',
  ],
  [
    "a rule of the host's that refuses",
    {
      attempt: REFUSED,
      taken: { sent: 3, own: [], peer: [], host: [rule('nft inet f forward: reject', 3, 'reject')] },
    },
    'host.rejected',
    'nft inet f forward: reject',
  ],
  [
    "a rule of the container's own",
    { attempt: SILENT, taken: { sent: 6, own: [rule('iptables -t filter -P OUTPUT DROP', 6)], peer: [], host: [] } },
    'own.firewall',
    'of "web" itself',
  ],
  [
    "a rule of the peer's",
    { attempt: SILENT, taken: { sent: 6, own: [], peer: [rule('iptables -t filter -A INPUT -j DROP', 6)], host: [] } },
    'peer.firewall',
    'of "db" itself',
  ],
  [
    'a peer that was stopped',
    { named: [{ container: stopped, by: 'name', networks: ['app'] }], looked: [looked('passed on')] },
    'peer.not-running',
    'it is exited, ended 1 minute ago with code 137',
  ],
  [
    'a peer that is paused',
    { peer: { kind: 'container', container: { ...DB, state: { ...DB.state, status: 'paused' } }, isItself: false } },
    'peer.paused',
    'paused',
  ],
  [
    '127.0.0.1 alone',
    { listening: [socket('127.0.0.1', 80)], attempt: REFUSED },
    'peer.loopback-only',
    'at 127.0.0.1 only',
  ],
  ['IPv6 alone', { listening: [socket('::', 80)], attempt: REFUSED }, 'peer.other-address', 'at ::, not at 10.0.0.3'],
  [
    'another port',
    { listening: [socket('*', 8080)], attempt: REFUSED },
    'peer.other-port',
    'port 80/tcp of "db"; it listens on 8080',
  ],
  [
    'no port',
    { listening: [socket('127.0.0.11', 4242)], attempt: REFUSED },
    'peer.not-listening',
    'port 80/tcp of "db"',
  ],
  [
    'itself',
    {
      wish: wish('localhost', { address: '127.0.0.1' }),
      address: '127.0.0.1',
      peer: { kind: 'container', container: WEB, isItself: true },
      listening: [],
      attempt: REFUSED,
    },
    'peer.not-listening',
    'which is what localhost means in it',
  ],
  [
    'a full queue',
    { listening: [socket('*', 80, { waiting: 129 })], attempt: SILENT },
    'peer.queue-full',
    '129 wait in its queue (listen backlog), which holds 129',
  ],
  [
    'nobody on the link',
    { attempt: attempt('unreachable', { neighbour: 'FAILED' }) },
    'link.neighbour',
    'answers for 10.0.0.3',
  ],
  [
    'a port that leads nowhere',
    {
      peer: {
        kind: 'container',
        container: DB,
        isItself: false,
        published: { host: 8080, port: 80, addresses: ['0.0.0.0'] },
      },
      doors: {
        listening: [socket('*', 80)],
        rules: ['-A DOCKER -p tcp --dport 18080 -j DNAT --to-destination 10.0.0.3:80'],
      },
    },
    'published.no-door',
    'from port 8080 of this host to port 80 of "db"',
  ],
  ['a refusal', { ...outside, attempt: REFUSED }, 'transport.refused', 'nothing listens there, or a firewall'],
  [
    'an error',
    { ...outside, attempt: attempt('unreachable', { error: 'EHOSTUNREACH (113)' }) },
    'transport.unreachable',
    'EHOSTUNREACH (113)',
  ],
  ['silence', { ...outside, attempt: SILENT }, 'transport.silent', 'to 6 packets of "web"'],
  [
    'a narrow wire',
    {
      wire: {
        own: end('web'),
        peer: end('db', { device: link({ name: 'veth7', mtu: 1400, master: 'br' }) }),
        bridge: undefined,
      },
    },
    'link.mtu',
    'veth7, the host\'s end of eth0 of "db", takes packets of 1400 bytes, and the containers send up to 1500',
  ],
];

describe('the first that is broken', () => {
  test.each(ROWS)('%s', (_, over, first, says) => {
    const { answer } = verdict(over);
    expect([answer?.id, answer?.sentence]).toEqual([first, answer?.sentence]);
    expect(answer?.sentence).toMatch(says);
  });
});

const door = { kind: 'container' as const, container: DB, isItself: false };
test('published: a rule and docker-proxy of tcp lead nobody who asks by udp', () => {
  const published = { host: 8080, port: 80, addresses: ['0.0.0.0'] };
  const rules = ['-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.3:80'];
  const over = { peer: { ...door, published }, doors: { listening: [socket('*', 8080)], rules } };
  expect(verdict(over).answer).toBeUndefined();
  const listening = [{ ...socket('*', 80), protocol: 'udp' as const }];
  const udp = { ...over, listening, wish: wish('db', { protocol: 'udp' }) };
  expect(verdict(udp).answer?.id).toBe('published.no-door');
});

test.each([
  [6, ['0.0.0.0', '127.0.0.1'], 'port 8080 is published at 0.0.0.0 and 127.0.0.1 alone: nobody reaches it by IPv6'],
  [4, ['::'], 'port 8080 is published at :: alone: nobody reaches it by IPv4'],
  [6, ['0.0.0.0', '::'], undefined],
  [6, [], undefined],
  [undefined, ['0.0.0.0'], undefined],
] as const)('published, and asked for by IPv%s: %j', (family, addresses, sentence) => {
  const published = { host: 8080, port: 80, addresses };
  const rules = ['-A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.3:80'];
  const { answer } = verdict({
    wish: wish('db', { family }),
    looked: [],
    peer: { ...door, published },
    doors: { listening: [socket('*', 8080)], rules },
  });
  expect([answer?.id, answer?.sentence]).toEqual(
    sentence === undefined ? [undefined, undefined] : ['published.family', sentence],
  );
});

test.each([
  [
    'a rule and docker-proxy',
    ['0.0.0.0'],
    [socket('*', 8080)],
    '-p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.3:80',
    [],
  ],
  ['a rule alone', ['0.0.0.0'], [], 'tcp dport 8080 counter packets 0 bytes 0 dnat to 10.0.0.3:80', []],
  ['docker-proxy alone', ['0.0.0.0'], [socket('*', 8080)], '', ['published.no-rule']],
  [
    'at 127.0.0.1 only',
    ['127.0.0.1'],
    [socket('127.0.0.1', 8080)],
    '-d 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.3:80',
    ['published.loopback-only'],
  ],
])('published: %s', (_, addresses, listening, line, ids) => {
  const published = { host: 8080, port: 80, addresses };
  const { answer, others } = verdict({ peer: { ...door, published }, doors: { listening, rules: [line] } });
  expect([answer, others.map(({ id }) => id)]).toEqual([undefined, ids]);
});

const WELL: readonly (readonly [string, Partial<ConnectionFacts>])[] = [
  ['as it should be', {}],
  [
    'an entry of /etc/hosts that leads somewhere',
    { etc: { hosts: ['10.0.0.9'], resolver: { nameservers: [], search: [], ndots: 1 } } },
  ],
  [
    'a cut that is not in force, or of other peers',
    {
      wire: {
        own: end('web', { marks: [mark('down', false), mark('drop:cache')] }),
        peer: end('db'),
        bridge: undefined,
      },
    },
  ],
  [
    'smaller packets at both containers',
    { wire: { own: end('web', { inside: link({ mtu: 1400 }) }), peer: end('db'), bridge: undefined } },
  ],
  ['a rule that took packets while it connected', { taken: { sent: 3, own: [], peer: [], host: [rule('x', 3)] } }],
  ['no common network, and yet a way', { peer: { kind: 'container', container: elsewhere, isItself: false } }],
  [
    'UDP, that nobody answers',
    { wish: wish('db', { protocol: 'udp' }), listening: [socket('*', 80, { protocol: 'udp' })], attempt: SILENT },
  ],
  ['a full queue that empties', { listening: [socket('*', 80, { waiting: 129 })] }],
  [
    "in another container's network namespace",
    { from: container({ name: 'side', networkMode: 'container:x' }), networks: [] },
  ],
];
test.each(WELL)('nothing is broken: %s', (_, over) => expect(verdict(over).answer).toBeUndefined());

test('more packets than were sent prove nothing', () => {
  const taken = { sent: 6, own: [], peer: [], host: [rule('iptables -t filter -A INPUT -j DROP', 9)] };
  const { answer, others } = verdict({ attempt: SILENT, taken });
  expect([answer?.id, others.map(({ id, severity }) => [id, severity])]).toEqual([
    'transport.silent',
    [['host.dropped', 'suspect']],
  ]);
});

test.each([
  ['-A INPUT -j DROP', 'dbg exec db iptables -t filter -D INPUT -j DROP'],
  ['-P INPUT DROP', 'dbg exec db iptables -t filter -P INPUT ACCEPT'],
  [
    '-A INPUT -m comment --comment "$(id >/x) `id` \\"q\\" it\\\\\'s" -j DROP',
    String.raw`dbg exec db iptables -t filter -D INPUT -m comment --comment '$(id >/x) ` +
      '`id`' +
      String.raw` "q" it\'\''s' -j DROP`,
  ],
  [
    '-A INPUT -m comment --comment $(id);id -j DROP',
    "dbg exec db iptables -t filter -D INPUT -m comment --comment '$(id);id' -j DROP",
  ],
])("a rule of the peer's is taken away in there, not on the host: %s", (text, command) => {
  const taken = { sent: 6, own: [], peer: [rule(`iptables -t filter ${text}`, 6)], host: [] };
  expect(verdict({ attempt: SILENT, taken }).answer?.next.map((step) => step.command)).toEqual([command]);
});

describe("a policy of nft's that drops", () => {
  const chain = (text: string, hook: string) => ({ text, family: text.split(' ')[0]!, hook });
  const chains = [chain('inet fw input', 'input'), chain('ip fw forward', 'forward'), chain('ip6 fw six', 'forward')];
  const all = { own: chains, host: chains, peer: chains };
  const suspects = (over: Partial<ConnectionFacts>) =>
    verdict({ attempt: SILENT, droppingChains: all, ...over }).others.map(
      ({ id, severity, sentence }) => `${severity} ${id} ${/ nft (.*): policy drop$/.exec(sentence)?.[1]}`,
    );

  test('is a suspect where its packets pass, as it has no counter', () => {
    expect(suspects({})).toEqual([
      'suspect own.rule-traced inet fw input',
      'suspect host.rule-traced ip fw forward',
      'suspect peer.rule-traced inet fw input',
    ]);
    expect(verdict({ attempt: SILENT, droppingChains: all }).answer?.id).toBe('transport.silent');
    const { others } = verdict({ attempt: SILENT, droppingChains: { own: [], host: chains, peer: [] } });
    expect(others[0]).toMatchObject({
      sentence:
        'a firewall policy of the host drops what no rule of its chain accepts, perhaps what is sent to 10.0.0.3:80: nft ip fw forward: policy drop',
      evidence: [{ seen: 'hook forward, policy drop, which has no counter', command: 'nft list chain ip fw forward' }],
      next: [{ command: 'nft add rule ip fw forward counter' }],
    });
  });

  test('of a host that asks, or is asked', () => {
    expect(suspects({ peer: { kind: 'host' }, droppingChains: { own: [], host: chains, peer: [] } })).toEqual([
      'suspect host.rule-traced inet fw input',
    ]);
  });

  const traced = (host: ConnectionFacts['traced']['host']) => ({ own: undefined, host, peer: undefined });
  test('is proof where the trace tells, and none where the trace tells that it took nothing', () => {
    const only = { own: [], host: chains, peer: [] };
    const policy = { text: 'nft ip fw forward: policy drop', verdict: 'drop', packets: 1 } as const;
    expect(verdict({ attempt: SILENT, droppingChains: only, traced: traced([policy]) }).answer).toMatchObject({
      id: 'host.rule-traced',
      sentence: 'a firewall rule of the host drops what is sent to 10.0.0.3:80: nft ip fw forward: policy drop',
      evidence: [{ seen: "the kernel's trace (nftrace) of dbg's packets ends there, 1 time" }],
      next: [{ command: 'nft list chain ip fw forward' }],
    });
    expect(suspects({ droppingChains: only, traced: traced([]) })).toEqual([]);
  });

  test.each([
    ['a drop explains silence', SILENT, 'drop', 'host.rule-traced'],
    ['a drop explains no refusal', REFUSED, 'drop', 'transport.refused'],
    ['a reject explains a refusal', REFUSED, 'reject', 'host.rule-traced'],
    ['a reject explains no silence', SILENT, 'reject', 'transport.silent'],
  ] as const)('%s', (_, tried, kind, expected) => {
    const took = { text: 'nft inet x f: tcp dport 80', verdict: kind, packets: 2 };
    expect(verdict({ attempt: tried, traced: traced([took]) }).answer?.id).toBe(expected);
  });

  test('is none where something answers, and for UDP', () => {
    expect(suspects({ attempt: REFUSED })).toEqual([]);
    expect(suspects({ attempt: attempt('connected') })).toEqual([]);
    expect(suspects({ wish: wish('db', { protocol: 'udp' }) })).toEqual([]);
  });
});

test('with nothing sent, what the sockets and the engine tell is still said', () => {
  const none = unknown('nothing was sent: --no-probe');
  const { answer, layers } = verdict(
    { listening: [socket('*', 8080)], tried: undefined },
    { attempt: none, taken: none, looked: none },
  );
  expect(answer?.id).toBe('peer.other-port');
  expect(layers.find(({ layer }) => layer === 'transport')).toEqual({
    layer: 'transport',
    state: 'open',
    unknown: ['nothing was sent: --no-probe'],
  });
});
