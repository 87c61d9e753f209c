import { shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { Evidence, Finding } from '../../finding.ts';
import type { ContainerFacts } from '../facts.ts';
import { firstOf } from '../words.ts';
import type { SeenResolver, SeenServer } from './network-facts.ts';

const check = checkOf<ContainerFacts>();
const DOCKER_DNS = '127.0.0.11';
const resolvConf = (name: string) => `dbg cat ${shellQuote(name)} /etc/resolv.conf`;
const isDead = ({ inside }: SeenServer) => inside !== 'answers';

/** Whether anybody tells the container the addresses of names, in causal order. */
export const RESOLVER_CHECKS = [
  check({
    id: 'network.no-nameserver',
    layer: 'network',
    about: 'Its /etc/resolv.conf is empty, or names no nameserver.',
    needs: ['container', 'resolver'],
    find: ({ container: { name }, resolver }) => {
      if (resolver === undefined || resolver.nameservers.length > 0) return [];
      const [itself] = resolver.servers ?? [];
      if (itself?.inside === 'answers') return [];
      return [
        {
          // Without a nameserver a program asks 127.0.0.1 (resolv.conf(5)), where nobody was asked.
          severity: itself === undefined ? 'suspect' : 'broken',
          sentence: `"${name}" has no nameserver: its /etc/resolv.conf names none${itself === undefined ? '' : ', and nobody answers at 127.0.0.1, which is asked then'}`,
          evidence: [{ seen: 'no line "nameserver …"', command: resolvConf(name) }],
          next: [
            {
              what: 'create it again with a nameserver (--dns); see what is mounted there',
              command: `docker inspect -f '{{.HostConfig.Dns}} {{json .Mounts}} {{.ResolvConfPath}}' ${shellQuote(name)}`,
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'network.nameserver-dead',
    layer: 'network',
    about: 'A nameserver in its /etc/resolv.conf does not answer, or nobody is there.',
    needs: ['container', 'resolver'],
    find: ({ container: { name }, resolver }) => {
      const { servers = [], nameservers = [] } = resolver ?? {};
      const dead = servers.filter(isDead);
      if (resolver === undefined || nameservers.length === 0 || dead.length === 0 || isHostsMatter(resolver)) return [];
      const isAll = dead.length === servers.length;
      const [first] = dead;
      return [
        {
          severity: isAll ? 'broken' : 'suspect',
          sentence: `${isAll ? `"${name}" cannot look up any name` : `"${name}" looks up names slowly`}: ${sentenceOf(dead)}`,
          evidence: [
            { seen: nameservers.map((each) => `nameserver ${each}`).join(', '), command: resolvConf(name) },
            ...dead.map((server) => answerOf(name, server)),
          ],
          next:
            first?.address === DOCKER_DNS
              ? [
                  {
                    what: "the rules that lead there to Docker's DNS are made when it starts; see which are left",
                    command: `dbg exec ${shellQuote(name)} iptables-save -t nat`,
                  },
                ]
              : [
                  {
                    what: 'see why it does not answer',
                    command: `dbg why ${shellQuote(name)} ${shellQuote(`${bracketed(first?.address ?? '')}:53/udp`)}`,
                  },
                ],
        },
      ];
    },
  }),
] as const;

/**
 * What concerns this host more than the container, and comes behind all else: a nameserver of the
 * host's that it gets no answer from itself, such as on a machine without any network.
 */
export const HOST_RESOLVER_CHECKS = [
  check({
    id: 'network.host-nameserver-dead',
    layer: 'network',
    about: "Its nameservers are this host's, and do not answer the host either.",
    needs: ['container', 'resolver'],
    find: ({ container: { name }, resolver }) => {
      if (resolver === undefined || !isHostsMatter(resolver)) return [];
      const { servers = [], nameservers } = resolver;
      return [
        {
          severity: 'note',
          sentence: `"${name}" cannot look up any name: ${sentenceOf(servers)}, nor does this host get an answer there`,
          evidence: [
            { seen: nameservers.map((each) => `nameserver ${each}`).join(', '), command: resolvConf(name) },
            ...servers.map((server) => answerOf(name, server)),
          ],
          next: [{ what: "see this host's own nameservers", command: 'cat /etc/resolv.conf' }],
        },
      ];
    },
  }),
  check({
    id: 'network.no-upstream',
    layer: 'network',
    about: "Docker's DNS answers, but the nameservers that it asks for names outside do not.",
    needs: ['container', 'resolver'],
    find: ({ container: { name }, resolver }) => {
      const docker = resolver?.servers?.find(({ address }) => address === DOCKER_DNS);
      if (resolver === undefined || docker === undefined || isDead(docker) || docker.isAskingOthers) return [];
      return [
        {
          // Who only talks to other containers needs no names outside.
          severity: 'note',
          sentence: `"${name}" is told the names of containers alone: the nameservers that Docker's DNS asks for it do not answer`,
          evidence: [
            { seen: 'no answer to a name outside', command: `dbg exec ${shellQuote(name)} getent ahosts example.com` },
          ],
          next: [
            {
              what: "see whom it asks: the container's --dns, or this host's nameservers",
              command: `docker inspect -f '{{.HostConfig.Dns}}' ${shellQuote(name)}; cat /etc/resolv.conf`,
            },
          ],
        } satisfies Finding,
      ].filter(() => !resolver.isInternal);
    },
  }),
] as const;

/**
 * Whether none of its nameservers answers, they are the host's, and the host gets no answer either.
 */
const isHostsMatter = ({ isAsHosts, nameservers, servers = [] }: SeenResolver) =>
  isAsHosts &&
  nameservers.length > 0 &&
  servers.length > 0 &&
  servers.every((each) => isDead(each) && each.fromHost !== undefined && each.fromHost !== 'answers');

const bracketed = (address: string) => (address.includes(':') ? `[${address}]` : address);

function sentenceOf(dead: readonly SeenServer[]): string {
  const those = (which: SeenServer['inside']) =>
    firstOf(dead.filter(({ inside }) => inside === which).map(({ address }) => address));
  return [
    ['nobody listens at ', those('refused'), ''],
    ['nothing leads to ', those('unreachable'), ''],
    ['', those('silent'), ' does not answer'],
  ]
    .filter(([, addresses]) => addresses !== '')
    .map((words) => words.join(''))
    .join(', and ');
}

function answerOf(name: string, { address, inside, fromHost }: SeenServer): Evidence {
  const host = fromHost === 'answers' ? '; this host gets an answer there' : '';
  const seen = `${address}: ${inside === 'silent' ? 'no answer' : inside} at port 53${host}`;
  return { seen, command: `dbg exec ${shellQuote(name)} dig @${address} +tries=1 localhost` };
}
