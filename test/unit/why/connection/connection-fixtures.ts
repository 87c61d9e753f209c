import type { Network } from '../../../../src/engine/network.ts';
import type { Listening } from '../../../../src/network/reach/listening.ts';
import { checksFor } from '../../../../src/why/connection/connection-checks.ts';
import type { Attempt, ConnectionFacts, Looked, WireEnd } from '../../../../src/why/connection/connection-facts.ts';
import type { Certificate, Hop, TlsTalk } from '../../../../src/why/connection/talk/talk-facts.ts';
import { type Facts, known } from '../../../../src/why/fact.ts';
import { judge, type Verdict } from '../../../../src/why/judge.ts';
import { HOST_NETNS } from '../../../../src/network/netns-path.ts';
import { container, link } from '../../fakes.ts';

const endpoint = (network: string, address: string) => ({
  network,
  networkId: network,
  mac: '02:42:0a:00:00:02',
  addresses: [`${address}/24`],
});
export const WEB = container({ id: '1'.repeat(64), name: 'web', networks: [endpoint('app', '10.0.0.2')] });
export const DB = container({ id: '2'.repeat(64), name: 'db', networks: [endpoint('app', '10.0.0.3')] });

export const network = (over: Partial<Network> = {}): Network => ({
  id: 'app',
  name: 'app',
  driver: 'bridge',
  device: 'br-app',
  isInternal: false,
  hasTraffic: true,
  isMasqueraded: true,
  macs: new Map(),
  ...over,
});
export const attempt = (outcome: Attempt['outcome'], over: Partial<Attempt> = {}): Attempt => ({
  address: '10.0.0.3',
  port: 80,
  outcome,
  error: '',
  sent: outcome === 'silent' ? 6 : 3,
  neighbour: 'REACHABLE',
  neighbourMac: undefined,
  ...over,
});
export const looked = (outcome: Looked['outcome'], addresses: readonly string[] = []): Looked => ({
  server: '127.0.0.11',
  name: 'db',
  type: 'A',
  outcome,
  addresses,
});
export const socket = (address: string, port: number, over: Partial<Listening> = {}): Listening => ({
  protocol: 'tcp',
  address,
  port,
  waiting: 0,
  most: 128,
  ...over,
});
export const end = (of: string, over: Partial<WireEnd> = {}): WireEnd => ({
  container: of,
  network: 'app',
  inside: link({ mac: `02:42:0a:00:00:${of === 'web' ? '02' : '03'}` }),
  device: link({ name: `veth-${of}`, master: 'br-app' }),
  place: HOST_NETNS,
  marks: [],
  ...over,
});

export const tls = (over: Partial<TlsTalk> = {}): TlsTalk => ({
  address: '10.0.0.3',
  port: 443,
  outcome: 'spoken',
  alert: '',
  beginning: '',
  expected: 'db',
  protocol: 'TLSv1.3',
  chain: [certificate()],
  isForName: true,
  distrust: '',
  bundle: { files: ['/etc/ssl/certs/ca-certificates.crt'], count: 140 },
  clientCertificate: 'none',
  ...over,
});
export const certificate = (over: Partial<Certificate> = {}): Certificate => ({
  subject: 'db',
  issuer: 'Our CA',
  names: 'DNS:db, IP Address:10.0.0.3',
  validFrom: 0,
  validTo: 2_000_000_000,
  ...over,
});
export const hop = (url: string, over: Partial<Hop> = {}): Hop => ({
  url,
  outcome: 'answered',
  status: 200,
  location: undefined,
  firstByteMs: 3,
  text: '',
  ...over,
});

/** web reaches db:80, over network app. */
const WELL: ConnectionFacts = {
  wish: { host: 'db', address: undefined, port: 80, protocol: 'tcp', family: undefined },
  from: WEB,
  now: 1_000_000_000,
  named: [{ container: DB, by: 'name', networks: ['app'] }],
  address: '10.0.0.3',
  peer: { kind: 'container', container: DB, isItself: false },
  etc: { hosts: [], resolver: { nameservers: ['127.0.0.11'], search: [], ndots: 0 } },
  looked: [looked(0, ['10.0.0.3'])],
  networks: [network()],
  way: { device: 'eth0', gateway: undefined, source: '10.0.0.2' },
  hostWay: undefined,
  peerWay: undefined,
  wire: { own: end('web'), peer: end('db'), bridge: link({ name: 'br-app', kind: 'bridge' }) },
  isForwarding: true,
  listening: [socket('0.0.0.0', 80)],
  attempt: attempt('connected'),
  tried: attempt('connected'),
  taken: { sent: 3, own: [], host: [], peer: [] },
  droppingChains: { own: [], host: [], peer: [] },
  traced: { own: undefined, host: undefined, peer: undefined },
  doors: { listening: [], rules: [] },
  tls: tls(),
  http: { hops: [hop('http://db/')] },
  path: { full: 1500, passes: 1500, announced: undefined, needsSmall: false, places: [] },
  at: { address: '10.0.0.3', port: 80 },
  health: undefined,
  other: undefined,
  drops: [],
  mostConnections: 65536,
  hasMasquerade: true,
  outsider: {
    address: '192.0.2.7',
    way: { device: 'eth0', gateway: undefined, source: '192.0.2.1' },
    walked: { verdict: 'accept', rule: '-A DOCKER -j ACCEPT', isSure: true },
  },
};

/** What is said where these facts are other than well; an attempt is what was tried, too. */
export function verdict(
  over: Partial<ConnectionFacts>,
  without: Partial<Facts<ConnectionFacts>> = {},
  asked = {},
): Verdict {
  const at = { address: over.address ?? WELL.address, port: (over.wish ?? WELL.wish).port };
  const facts = { ...WELL, at, ...(over.attempt ? { tried: over.attempt } : {}), ...over };
  const entries = Object.entries(facts).map(([name, value]) => [name, known(value)]);
  return judge(checksFor({ outside: false, published: true, tls: true, http: true, ...asked }), {
    ...(Object.fromEntries(entries) as Facts<ConnectionFacts>),
    ...without,
  });
}
