import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import type { Finding } from '../finding.ts';
import { called, type ConnectionFacts, within } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();

/** From this part of its size on, the table of connections is told of. */
const NEARLY = 0.95;

/** What the kernel drops without a rule, or for want of one, in causal order. */
export const DROP_CHECKS = [
  check({
    id: 'route.reverse-path',
    layer: 'route',
    about: 'A kernel on the way drops what comes in by another device than the way back leads by (rp_filter).',
    needs: ['attempt', 'drops', 'way'],
    find: ({ attempt: { outcome, sent, address }, drops, way }) =>
      drops.flatMap(({ party, grew }): Finding[] => {
        // The first packets that were lost for it are proof, unless others' are among them.
        if (outcome === 'connected' || outcome === 'refused' || sent === 0 || grew.reversePath < sent) return [];
        const source = 'device' in way && way.source !== undefined ? way.source : address;
        return [
          {
            severity: grew.reversePath === sent ? 'broken' : 'suspect',
            sentence: `${called(party)} drops packets whose way back leads by another device (rp_filter): ${grew.reversePath} while ${sent} were sent`,
            evidence: [
              {
                seen: `IPReversePathFilter grew by ${grew.reversePath}`,
                command: within(party, 'nstat -az TcpExtIPReversePathFilter'),
              },
              { seen: 'its way back', command: within(party, `ip route get ${source}`) },
            ],
            next: [
              {
                what: 'mend its routes, or let it be less strict',
                command: within(party, 'sysctl -w net.ipv4.conf.all.rp_filter=2'),
              },
            ],
          },
        ];
      }),
  }),
  check({
    id: 'host.conntrack-full',
    layer: 'host',
    about: 'The table of connections (conntrack) is full, or nearly: the kernel drops what would begin a new one.',
    needs: ['attempt', 'drops', 'mostConnections'],
    find: ({ attempt: { outcome, sent }, drops, mostConnections }) =>
      drops.flatMap(({ party, now, grew }): Finding[] => {
        const isFull = outcome === 'silent' && sent > 0 && grew.noRoom >= sent;
        if (mostConnections === undefined || (!isFull && now.connections < NEARLY * mostConnections)) return [];
        return [
          {
            severity: isFull ? 'broken' : 'suspect',
            sentence: `the table of connections of ${called(party)} is ${isFull ? 'full' : 'nearly full'}: ${now.connections} of ${mostConnections}`,
            evidence: [
              {
                seen: `${now.connections}; ${grew.noRoom} packets dropped meanwhile`,
                command: within(party, 'cat /proc/net/stat/nf_conntrack'),
              },
            ],
            next: [
              {
                what: 'make it larger, and see who has so many',
                command: `sysctl -w net.netfilter.nf_conntrack_max=${2 * mostConnections}`,
              },
            ],
          },
        ];
      }),
  }),
  check({
    id: 'host.conntrack-invalid',
    layer: 'host',
    about: 'The table of connections takes the packets for none of a connection (INVALID), and rules often drop these.',
    needs: ['attempt', 'drops'],
    find: ({ attempt: { outcome, sent }, drops }) =>
      drops.flatMap(({ party, grew }): Finding[] =>
        outcome !== 'silent' || sent === 0 || grew.invalid < sent
          ? []
          : [
              {
                severity: 'suspect',
                sentence: `${called(party)} takes ${grew.invalid} packets for invalid, while ${sent} were sent: they belong to no connection that it knows`,
                evidence: [
                  {
                    seen: `invalid grew by ${grew.invalid}`,
                    command: within(party, 'cat /proc/net/stat/nf_conntrack'),
                  },
                ],
                next: [{ what: 'see which rules drop what is INVALID', command: within(party, 'iptables-save -c') }],
              },
            ],
      ),
  }),
  check({
    id: 'host.no-masquerade',
    layer: 'host',
    about:
      "No rule of the host's puts its own address in place of the container's, so no answer from outside finds it.",
    needs: ['from', 'peer', 'way', 'attempt', 'networks', 'hasMasquerade'],
    find: ({ from, peer, way, attempt, networks, hasMasquerade }) => {
      if (peer.kind !== 'outside' || attempt.outcome !== 'silent' || !('device' in way)) return [];
      if (hasMasquerade || way.gateway === undefined || networks.length === 0 || attempt.address.includes(':'))
        return [];
      const isMeant = networks.some(({ isMasqueraded }) => !isMasqueraded);
      const source = way.source ?? 'its own address';
      return [
        {
          severity: isMeant ? 'suspect' : 'broken',
          sentence: `no rule of this host translates the address of "${from.name}", ${source}, so no answer from ${attempt.address} finds the way back${isMeant ? ', unless that knows a route' : ''}`,
          evidence: [
            { seen: 'no MASQUERADE for it', command: 'iptables -t nat -nvL POSTROUTING' },
            ...networks.map(({ name, isMasqueraded }) => ({
              seen: `enable_ip_masquerade: ${isMasqueraded}`,
              command: `docker network inspect -f '{{json .Options}}' ${shellQuote(name)}`,
            })),
          ],
          next: [
            {
              what: 'put the rule in; the engine does so when it starts',
              command: `iptables -t nat -A POSTROUTING -s ${source}/32 ! -o ${shellQuote(networks[0]?.device ?? 'docker0')} -j MASQUERADE`,
            },
          ],
        },
      ];
    },
  }),
] as const;
