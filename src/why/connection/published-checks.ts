import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import type { ConnectionFacts, Doors, Wish } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();
const PUBLISHED = 'published';

/**
 * Whether a rule leads from a port of the host to one of a container. iptables-save prints it like
 * this: "-A DOCKER ! -i br0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80". nft
 * prints it similarly: "tcp dport 8080 dnat to 10.0.0.2:80".
 */
const leads = (rule: string, protocol: Wish['protocol'], host: number, port: number) =>
  new RegExp(`\\b${protocol} (?:.*-)?dport ${host}\\b.*:${port}$`).test(rule);

/** Whether a program of the host, docker-proxy, listens on the port. */
const listens = ({ listening }: Doors, protocol: Wish['protocol'], host: number) =>
  listening.some((each) => each.protocol === protocol && each.port === host);

/** Whether a published port of the host leads to its container, in causal order. */
export const PUBLISHED_CHECKS = [
  check({
    id: 'published.family',
    layer: PUBLISHED,
    about: 'The port is published at addresses of one family alone, and the other one was asked for.',
    needs: ['wish', 'peer'],
    find: ({ wish: { family }, peer }) => {
      if (peer.kind !== 'container' || peer.published === undefined || family === undefined) return [];
      const { host, port, addresses } = peer.published;
      if (addresses.length === 0 || addresses.some((each) => each.includes(':') === (family === 6))) return [];
      return [
        {
          severity: 'broken',
          sentence: `port ${host} is published at ${addresses.join(' and ')} alone: nobody reaches it by IPv${family}`,
          evidence: [{ seen: addresses.join(' '), command: `docker port ${shellQuote(peer.container.name)}` }],
          next: [
            {
              what: 'if others are to reach it, make it anew with',
              command: `docker run -p ${family === 6 ? '[::]' : '0.0.0.0'}:${host}:${port} …`,
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'published.no-door',
    layer: PUBLISHED,
    about: 'Neither docker-proxy nor a rule leads from the port of the host to the container.',
    needs: ['wish', 'peer', 'doors'],
    find: ({ wish: { protocol }, peer, doors }) => {
      if (peer.kind !== 'container' || peer.published === undefined) return [];
      const { host, port } = peer.published;
      const hasRule = doors.rules.some((rule) => leads(rule, protocol, host, port));
      if (hasRule || listens(doors, protocol, host)) return [];
      return [
        {
          severity: 'broken',
          sentence: `nothing leads from port ${host} of this host to port ${port} of "${peer.container.name}": no docker-proxy listens, and no rule is there`,
          evidence: [
            { seen: 'nothing', command: `ss -ltunp 'sport = :${host}'` },
            { seen: 'no rule', command: 'iptables -t nat -nL DOCKER' },
          ],
          next: [
            {
              what: 'let the engine put its rules in again (containers stop, unless it has live-restore)',
              command: 'systemctl restart docker',
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'published.no-rule',
    layer: PUBLISHED,
    about: 'The rule that leads from the port of the host to the container is gone; only docker-proxy is left.',
    needs: ['wish', 'peer', 'doors'],
    find: ({ wish: { protocol }, peer, doors }) => {
      if (peer.kind !== 'container' || peer.published === undefined) return [];
      const { host, port } = peer.published;
      if (doors.rules.some((rule) => leads(rule, protocol, host, port))) return [];
      if (!listens(doors, protocol, host)) return [];
      return [
        {
          severity: 'suspect',
          sentence: `no rule leads from port ${host} of this host to "${peer.container.name}": docker-proxy passes connections on instead, and the container sees the host in place of each client`,
          evidence: [{ seen: 'no rule', command: 'iptables -t nat -nL DOCKER' }],
          next: [{ what: 'publish it again', command: `docker restart ${shellQuote(peer.container.name)}` }],
        },
      ];
    },
  }),
  check({
    id: 'published.loopback-only',
    layer: PUBLISHED,
    about: 'The port is published at 127.0.0.1 alone: no other machine reaches it.',
    needs: ['peer'],
    find: ({ peer }) => {
      if (peer.kind !== 'container' || peer.published === undefined) return [];
      const { host, addresses } = peer.published;
      if (addresses.length === 0 || !addresses.every((each) => /^(127\.|::1$)/.test(each))) return [];
      return [
        {
          severity: 'suspect',
          sentence: `port ${host} is published at ${addresses.join(' and ')} alone: no other machine reaches it`,
          evidence: [{ seen: addresses.join(' '), command: `docker port ${shellQuote(peer.container.name)}` }],
          next: [
            {
              what: 'if others are to reach it, create it again with',
              command: `docker run -p ${host}:${peer.published.port} …`,
            },
          ],
        },
      ];
    },
  }),
] as const;
