import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import type { Finding } from '../finding.ts';
import { type ConnectionFacts, isAlone, type Looked, sharedNetworks } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();
const NAME = 'name';

/** The meaning of a response code, for texts like "answers with code 3 (no such name)". */
const CODES: Readonly<Record<number, string>> = { 2: 'it failed', 3: 'no such name', 5: 'it refuses' };
const outcomeText = ({ outcome, server }: Looked) => {
  if (outcome === 'silent') return `${server} does not answer`;
  if (outcome === 'passed on')
    return `${server} has no such name, and the nameservers that it asks outside do not answer`;
  if (outcome === 'refused') return `nobody listens at ${server}, port 53`;
  if (outcome === 'unreachable') return `nothing leads to ${server}`;
  return `${server} answers with code ${outcome}${CODES[outcome] ? ` (${CODES[outcome]})` : ''}`;
};
const isUnanswered = ({ outcome }: Looked) => typeof outcome === 'string' && outcome !== 'passed on';
/** Whether Docker's DNS asked others in vain, as it does for a name with a dot. */
const isPassedOn = (host: string, named: ConnectionFacts['named'], looked: readonly Looked[]) =>
  named.length === 0 &&
  host.includes('.') &&
  looked.length > 0 &&
  looked.every(({ outcome }) => outcome === 'passed on');
const distinct = (texts: readonly string[]) => [...new Set(texts)];
const getent = (from: string, host: string) => `dbg exec ${shellQuote(from)} getent ahosts ${shellQuote(host)}`;

/** What keeps a container from learning an address, in causal order. */
export const NAME_CHECKS = [
  check({
    id: 'name.stale-hosts',
    layer: NAME,
    about:
      'Its /etc/hosts has another address for the name than the container of that name has, and nothing answers there.',
    needs: ['wish', 'from', 'named', 'etc', 'tried'],
    find: ({ wish: { host, address }, from, named, etc, tried }) => {
      const [its] = named;
      const owns = its?.container.networks
        .flatMap(({ addresses }) => addresses ?? [])
        .map((each) => each.split('/')[0]!);
      const [first] = etc.hosts;
      if (address !== undefined || first === undefined || !owns || owns.length === 0) return [];
      if (etc.hosts.some((each) => owns.includes(each)) || tried?.outcome === 'connected') return [];
      return [
        {
          severity: 'broken',
          sentence: `/etc/hosts of "${from.name}" says that ${host} is ${first}, but container "${its!.container.name}" has ${owns[0]}`,
          evidence: [
            { seen: `${first} ${host}`, command: `dbg cat ${shellQuote(from.name)} /etc/hosts` },
            {
              seen: owns.join(' '),
              command: `docker inspect -f '{{json .NetworkSettings.Networks}}' ${shellQuote(its!.container.name)}`,
            },
          ],
          next: [
            {
              what: 'create it again without that --add-host (extra_hosts); see what it was given',
              command: `docker inspect -f '{{.HostConfig.ExtraHosts}}' ${shellQuote(from.name)}`,
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'name.default-bridge',
    layer: NAME,
    about: "The container of that name is on Docker's default bridge, where containers have no names.",
    needs: ['wish', 'from', 'named', 'etc', 'looked'],
    find: ({ wish: { host }, from, named, etc, looked }) => {
      if (etc.hosts.length > 0 || looked.some(({ addresses }) => addresses.length > 0)) return [];
      const its = named.find(({ container }) => sharedNetworks(from, container).join() === 'bridge');
      if (looked.length === 0 || its === undefined || !isRunning(its)) return [];
      const { name } = its.container;
      return [
        {
          severity: 'broken',
          sentence: `"${from.name}" and "${name}" are on Docker's default bridge, where no container is found by its name`,
          evidence: [{ seen: distinct(looked.map(outcomeText)).join(', '), command: getent(from.name, host) }],
          next: [
            {
              what: 'put both on a network of your own',
              command: `docker network create app && docker network connect app ${shellQuote(from.name)} && docker network connect app ${shellQuote(name)}`,
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'name.no-nameserver',
    layer: NAME,
    about: 'None of the nameservers in its /etc/resolv.conf answers.',
    needs: ['wish', 'from', 'looked'],
    find: ({ wish: { host }, from, looked }) => {
      // Without a network, the nameserver is no more than one of many that cannot be reached.
      if (looked.length === 0 || !looked.every(isUnanswered) || isAlone(from)) return [];
      const seen = distinct(looked.map(outcomeText));
      return [
        {
          severity: 'broken',
          sentence: `"${from.name}" cannot look up ${host}: ${seen.join(', ')}`,
          evidence: [
            {
              seen: distinct(looked.map(({ server }) => `nameserver ${server}`)).join(', '),
              command: `dbg cat ${shellQuote(from.name)} /etc/resolv.conf`,
            },
            ...seen.map((text) => ({ seen: text, command: getent(from.name, host) })),
          ],
          next: looked.some(({ server }) => server === '127.0.0.11')
            ? [
                {
                  what: "see the rules in its network that lead 127.0.0.11 to Docker's DNS",
                  command: `dbg exec ${shellQuote(from.name)} iptables-save -t nat`,
                },
              ]
            : [
                {
                  what: 'see why that nameserver does not answer',
                  command: `dbg why ${shellQuote(from.name)} ${looked[0]!.server}:53/udp`,
                },
              ],
        },
      ];
    },
  }),
  check({
    id: 'name.no-upstream',
    layer: NAME,
    about: "Docker's DNS answers, but the nameservers that it asks for all other names do not.",
    needs: ['wish', 'from', 'named', 'looked'],
    find: ({ wish: { host }, from, named, looked }) =>
      !isPassedOn(host, named, looked)
        ? []
        : [
            {
              severity: 'broken',
              sentence: `Docker's DNS has no ${host}, and the nameservers that it asks for "${from.name}" do not answer`,
              evidence: [{ seen: distinct(looked.map(outcomeText)).join(', '), command: getent(from.name, host) }],
              next: [
                {
                  what: "see whom it asks: the container's --dns, or this host's nameservers",
                  command: `docker inspect -f '{{.HostConfig.Dns}}' ${shellQuote(from.name)}; cat /etc/resolv.conf`,
                },
              ],
            },
          ],
  }),
  check({
    id: 'name.unknown',
    layer: NAME,
    about: 'None of its nameservers knows the name, which may be an alias on a network that the container is not on.',
    needs: ['wish', 'from', 'named', 'etc', 'looked'],
    find: ({ wish: { host }, from, named, etc, looked }) => {
      if (looked.length === 0 || etc.hosts.length > 0 || looked.some(({ addresses }) => addresses.length > 0))
        return [];
      if (looked.every(isUnanswered) || isPassedOn(host, named, looked)) return [];
      // The own name of a container explains it: that container does not run, or shares no network
      // with this one. Other checks say so.
      const explained = named.some((each) => each.by === 'name' || !isRunning(each));
      return [unknownName(host, from.name, explained, named, looked)];
    },
  }),
  check({
    id: 'name.ipv6-first',
    layer: NAME,
    about: 'The name has an IPv6 address too, which programs try first, and nothing answers there.',
    needs: ['wish', 'from', 'other', 'attempt'],
    find: ({ wish: { host }, from, other, attempt }) => {
      if (other === undefined || other.isConnected || attempt.outcome !== 'connected') return [];
      const how = other.error === '' ? 'no answer comes from there' : `that fails (${other.error})`;
      return [
        {
          // Where an error comes at once, most programs go on to the next address.
          severity: other.error === '' ? 'broken' : 'suspect',
          sentence: `${host} is ${other.address} too, which a program in "${from.name}" tries first, and ${how}; ${attempt.address} answers`,
          evidence: [{ seen: `${other.address} before ${attempt.address}`, command: getent(from.name, host) }],
          next: [
            {
              what: 'see why not',
              command: `dbg why ${shellQuote(from.name)} ${shellQuote(`${host}:${attempt.port}`)} -6`,
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'name.only-ipv6',
    layer: NAME,
    about: 'The name has addresses of one family only, and the other one was asked for.',
    needs: ['wish', 'from', 'etc', 'looked'],
    find: ({ wish: { host, family }, from, etc, looked }) => {
      const all = [...etc.hosts, ...looked.flatMap(({ addresses }) => addresses)];
      const has = (each: string) => each.includes(':') === (family === 6);
      if (family === undefined || all.length === 0 || all.some(has)) return [];
      return [
        {
          severity: 'broken',
          sentence: `${host} has no IPv${family} address for "${from.name}", only ${distinct(all).join(', ')}`,
          evidence: [{ seen: distinct(all).join(', '), command: getent(from.name, host) }],
          next: [],
        },
      ];
    },
  }),
] as const;

const isRunning = ({ container }: ConnectionFacts['named'][number]) => container.state.pid > 0;

function unknownName(
  host: string,
  from: string,
  isExplained: boolean,
  named: ConnectionFacts['named'],
  looked: readonly Looked[],
): Finding {
  const [its] = named;
  const asked = distinct(looked.map(({ name }) => name)).join(', ');
  const where = its
    ? `: on network "${its.networks[0]}" it is an alias of "${its.container.name}", but "${from}" is not on it`
    : '';
  return {
    severity: isExplained ? 'note' : 'broken',
    sentence: `no nameserver of "${from}" knows the name ${host}${where}`,
    evidence: [{ seen: `${asked}: ${distinct(looked.map(outcomeText)).join(', ')}`, command: getent(from, host) }],
    next: its
      ? [
          {
            what: 'put it on that network',
            command: `docker network connect ${shellQuote(its.networks[0]!)} ${shellQuote(from)}`,
          },
        ]
      : [{ what: 'see the names of what runs', command: 'docker ps' }],
  };
}
