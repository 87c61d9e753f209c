import { isLoopback } from '../../network/reach/listening.ts';
import { shellLine, shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import type { ConnectionFacts } from './connection-facts.ts';
import { listing, undoing } from './firewall/rule-commands.ts';

const check = checkOf<ConnectionFacts>();
const OUTSIDE = 'outside';

/** A port that is published at every address of the host. */
const EVERYWHERE = ['0.0.0.0', '::', ''];

/** What keeps somebody outside from a container's port, in causal order. */
export const OUTSIDE_CHECKS = [
  check({
    id: 'outside.not-published',
    layer: OUTSIDE,
    about: 'The port is not published, so it has no address outside.',
    needs: ['wish', 'peer', 'outsider'],
    find: ({ wish, peer, outsider }) =>
      peer.kind !== 'container' || peer.published !== undefined
        ? []
        : [
            {
              severity: 'broken',
              sentence: `port ${wish.port}/${wish.protocol} of "${peer.container.name}" is not published, so ${outsider.address} has no address for it`,
              evidence: [{ seen: 'not published', command: `docker port ${shellQuote(peer.container.name)}` }],
              next: [{ what: 'make it anew with', command: `docker run -p ${wish.port}:${wish.port} …` }],
            },
          ],
  }),
  check({
    id: 'outside.no-way-back',
    layer: OUTSIDE,
    about: 'This host has no route to the one outside, so no answer gets there.',
    needs: ['outsider'],
    find: ({ outsider: { address, way } }) =>
      'device' in way
        ? []
        : [
            {
              severity: 'broken',
              sentence: `this host has no route to ${address}, so it could not answer: ${way.refused}`,
              evidence: [{ seen: way.refused, command: `ip route get ${address}` }],
              next: [{ what: 'see the routes it has', command: 'ip route' }],
            },
          ],
  }),
  check({
    id: 'outside.address',
    layer: OUTSIDE,
    about: 'The port is published at an address of the host that the one outside does not reach.',
    needs: ['peer', 'outsider'],
    find: ({ peer, outsider }) => {
      if (peer.kind !== 'container' || peer.published === undefined || !('device' in outsider.way)) return [];
      const { host, port, addresses } = peer.published;
      const { source } = outsider.way;
      if (addresses.length === 0 || addresses.some((each) => EVERYWHERE.includes(each) || each === source)) return [];
      const isLocal = addresses.every(isLoopback);
      return [
        {
          // Another address of this host may be reached from there too.
          severity: isLocal ? 'broken' : 'suspect',
          sentence: `port ${host} is published at ${addresses.join(' and ')} alone, and ${outsider.address} reaches this host at ${source ?? 'another address'}`,
          evidence: [{ seen: addresses.join(' '), command: `docker port ${shellQuote(peer.container.name)}` }],
          next: [{ what: 'make it anew with', command: `docker run -p ${host}:${port} …` }],
        },
      ];
    },
  }),
  check({
    id: 'outside.firewall',
    layer: OUTSIDE,
    about: "A firewall rule of the host's (iptables, ip6tables, nft) would drop or refuse what the one outside sends.",
    needs: ['peer', 'outsider'],
    find: ({ peer, outsider: { address, walked } }) => {
      if (walked === undefined || walked.verdict === 'accept' || peer.kind !== 'container') return [];
      const what = walked.verdict === 'drop' ? 'drops' : 'refuses';
      const isPolicy = / -P \S+ DROP$/.test(walked.rule);
      return [
        {
          severity: walked.isSure ? 'broken' : 'suspect',
          sentence: `a firewall rule of the host's ${walked.isSure ? what : `may be what ${what}`} what ${address} sends to "${peer.container.name}": ${walked.rule}`,
          evidence: [{ seen: walked.rule, command: shellLine(listing({ text: walked.rule })) }],
          next: [
            isPolicy
              ? { what: 'the engine puts its rules in again when it starts', command: 'systemctl restart docker' }
              : { what: 'if it is not meant so, take it away', command: undoing({ text: walked.rule }, '') },
          ],
        },
      ];
    },
  }),
] as const;
