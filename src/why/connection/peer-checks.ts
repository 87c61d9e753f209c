import { isLoopback, isReachedAt, type Listening } from '../../network/reach/listening.ts';
import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import type { Evidence, Finding } from '../finding.ts';
import { type ConnectionFacts, isThisHost, isTranslated, type Peer } from './connection-facts.ts';
import { PEER_LIFE_CHECKS } from './peer-life-checks.ts';
import { PEER_FIREWALL_CHECKS } from './firewall/firewall-checks.ts';

const check = checkOf<ConnectionFacts>();
const PEER = 'peer';
const who = (peer: Peer) => (peer.kind === 'container' ? `"${peer.container.name}"` : 'this host');
const socketsCommand = (peer: Peer) =>
  peer.kind === 'container' ? `dbg exec ${shellQuote(peer.container.name)} ss -ltunp` : 'ss -ltunp';

/** The facts that tell what listens on the wanted port. */
type Found = Pick<ConnectionFacts, 'wish' | 'peer' | 'listening' | 'at' | 'tried' | 'from'>;

function atPort({ from, wish, peer, listening, at, tried }: Found): readonly Listening[] | undefined {
  // docker-proxy takes a connection before it knows whether the container does.
  const isTaken = tried?.outcome === 'connected' && !isTranslated(from, peer);
  if (at.port === undefined || peer.kind === 'outside' || isTaken) return undefined;
  // Docker's DNS listens at another port, to which a rule of the namespace leads.
  if (at.address === '127.0.0.11' && at.port === 53) return undefined;
  const here = listening.filter(({ protocol, port }) => protocol === wish.protocol && port === at.port);
  return here.some((each) => isReachedAt(each, at.address)) ? undefined : here;
}

const socketText = ({ protocol, address, port }: Listening) =>
  `${protocol} ${address.includes(':') ? `[${address}]` : address}:${port}`;
const seenSockets = (peer: Peer, sockets: readonly Listening[]): Evidence => ({
  seen: sockets.map(socketText).join(', ') || 'nothing',
  command: socketsCommand(peer),
});

/** Whether the peer can answer, in causal order. */
export const PEER_CHECKS = [
  ...PEER_LIFE_CHECKS,
  ...PEER_FIREWALL_CHECKS,
  check({
    id: 'peer.loopback-only',
    layer: PEER,
    about: 'The peer listens on the port at 127.0.0.1 or ::1 only, where nobody else reaches it.',
    needs: ['wish', 'from', 'peer', 'listening', 'at', 'tried'],
    find: (facts) => {
      const here = atPort(facts) ?? [];
      if (here.length === 0 || !here.every(({ address }) => isLoopback(address)) || isLoopback(facts.at.address))
        return [];
      const { peer } = facts;
      const { address, port } = here[0]!;
      return [
        {
          severity: 'broken',
          sentence: `${who(peer)} listens on port ${port} at ${address} only, so nobody else reaches it at ${facts.at.address}`,
          evidence: [seenSockets(peer, here)],
          next: [
            {
              what: 'let it listen on all addresses (0.0.0.0 or ::); what it was started as',
              command: startedAs(peer),
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'peer.other-address',
    layer: PEER,
    about: 'The peer listens on the port at another address, or for the other family of addresses only.',
    needs: ['wish', 'from', 'peer', 'listening', 'at', 'tried'],
    find: (facts) => {
      const here = atPort(facts) ?? [];
      if (here.length === 0 || (here.every(({ address }) => isLoopback(address)) && !isLoopback(facts.at.address)))
        return [];
      const { peer } = facts;
      const other = here.find(({ address }) => !isLoopback(address)) ?? here[0]!;
      return [
        {
          severity: 'broken',
          sentence: `${who(peer)} listens on port ${other.port} at ${other.address}, not at ${facts.at.address}`,
          evidence: [seenSockets(peer, here)],
          next: [
            {
              what: 'let it listen on all addresses (0.0.0.0 and ::); what it was started as',
              command: startedAs(peer),
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'peer.other-port',
    layer: PEER,
    about: 'Nothing listens on the port; the peer listens on others.',
    needs: ['wish', 'from', 'peer', 'listening', 'at', 'tried'],
    find: (facts) => nothingThere(facts, true),
  }),
  check({
    id: 'peer.not-listening',
    layer: PEER,
    about: 'Nothing listens on the port, nor on any other one.',
    needs: ['wish', 'from', 'peer', 'listening', 'at', 'tried'],
    find: (facts) => nothingThere(facts, false),
  }),
  check({
    id: 'peer.queue-full',
    layer: PEER,
    about:
      'The queue of connections that wait to be accepted is full: its program accepts none, and the kernel drops new ones.',
    needs: ['at', 'peer', 'listening', 'tried'],
    find: ({ at, peer, listening, tried }) =>
      listening
        .filter(({ protocol, port, waiting, most }) => protocol === 'tcp' && port === at.port && waiting > most)
        .map((socket) => ({
          severity: tried?.outcome === 'connected' ? ('suspect' as const) : ('broken' as const),
          sentence: `${who(peer)} accepts no connections on port ${socket.port}: ${socket.waiting} wait in its queue (listen backlog), which holds ${socket.most + 1}`,
          evidence: [
            {
              seen: `${socketText(socket)}: ${socket.waiting} of ${socket.most}`,
              command: socketsCommand(peer).replace('-ltunp', '-ltn'),
            },
          ],
          next: [
            {
              what: 'see what its program does',
              command: peer.kind === 'container' ? `dbg strace ${shellQuote(peer.container.name)}` : 'ss -ltnp',
            },
          ],
        })),
  }),
] as const;

/** Whether the peer was asked for by a port of the host. */
const isPublished = (from: ConnectionFacts['from'], peer: Peer) => isThisHost(from) || isTranslated(from, peer);

const startedAs = (peer: Peer) =>
  peer.kind === 'container'
    ? `docker inspect -f '{{.Path}} {{join .Args " "}}' ${shellQuote(peer.container.name)}`
    : 'ss -ltunp';

/**
 * A finding where nothing listens on the wanted port. `hasOthers` says which of two checks asks:
 * the one for a peer that listens on other ports, or the one for a peer that does not.
 */
function nothingThere(facts: Found, hasOthers: boolean): Finding[] {
  const { wish, peer, listening, at, from } = facts;
  const to = at.address;
  const here = atPort(facts);
  if (here === undefined || here.length > 0) return [];
  // Docker's DNS listens in the container's network namespace, on a random port.
  const others = listening.filter(
    ({ protocol, address }) =>
      protocol === wish.protocol && (isLoopback(to) || !isLoopback(address)) && address !== '127.0.0.11',
  );
  if (others.length > 0 !== hasOthers) return [];
  const itself = peer.kind === 'container' && peer.isItself && isLoopback(to);
  const where = itself ? `"${from.name}" itself, which is what ${wish.host} means in it` : who(peer);
  const ports = [...new Set(others.map(({ port }) => port))].toSorted((a, b) => a - b);
  const most = ports.length > 8 ? ', …' : '';
  return [
    {
      severity: 'broken',
      sentence: `nothing listens on port ${at.port}/${wish.protocol} of ${where}${hasOthers ? `; it listens on ${ports.slice(0, 8).join(', ')}${most}` : ''}`,
      evidence: [seenSockets(peer, others.slice(0, 8))],
      next: hasOthers
        ? [
            {
              what: isPublished(from, peer)
                ? 'publish the other port, or let it listen on this one'
                : 'try the other port',
              command: isPublished(from, peer)
                ? startedAs(peer)
                : `dbg why ${shellQuote(from.name)} ${shellQuote(wish.host)}:${ports[0]}`,
            },
          ]
        : [
            {
              what: 'see its log',
              command:
                peer.kind === 'container' ? `docker logs --tail 50 ${shellQuote(peer.container.name)}` : 'ss -ltunp',
            },
          ],
    },
  ];
}
