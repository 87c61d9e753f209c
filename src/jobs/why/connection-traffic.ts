import { constants } from 'node:os';
import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { askArgv, parseReplies, type Question, type Reply } from '../../network/reach/ask.ts';
import { dnsQuestion, parseDnsAnswer } from '../../network/reach/dns-message.ts';
import LIST_RULES from '../../network/rules/list-rules.sh';
import { grownRules, parseFirewall, type Firewall } from '../../network/rules/firewall-rules.ts';
import { namesAskedFor, type Resolver } from '../../network/reach/resolver-files.ts';
import { toolObjects } from '../../network/tool-json.ts';
import type { Attempt, DroppingChains, Looked, Taken, Wish } from '../../why/connection/connection-facts.ts';

/** Puts an argv into a network namespace. */
export type Into = (argv: readonly string[]) => string[];

/**
 * How long a nameserver has, and how long a connection. TCP sends its first packet again after 1 s.
 */
export const DNS_SECONDS = 1.2;
const TCP_SECONDS = 1.5;
/** How many connections are tried at once: one packet may be lost by chance. */
const TIMES = 3;
/** The nameserver in /etc/resolv.conf of containers on a user-defined network: Docker's own DNS. */
export const DOCKER_DNS = '127.0.0.11';

/**
 * Asks each nameserver for each name that the container's resolver would ask for, all at once.
 * Docker's DNS is also asked for `own`, the container's own name in its network. It answers that
 * without asking another server, so an answer shows that it works.
 */
export async function askNameservers(
  ctx: Context,
  into: Into,
  resolver: Resolver,
  { host, family }: Wish,
  own: string | undefined,
): Promise<Looked[]> {
  const types = (['A', 'AAAA'] as const).filter((type) => family === undefined || (type === 'A') === (family === 4));
  const asked = resolver.nameservers.flatMap((server) =>
    namesAskedFor(host, resolver).flatMap((name) =>
      types.map((type) => ({ server, name, type, payload: dnsQuestion(name, type) })),
    ),
  );
  const sendable = asked.filter((each): each is typeof each & { payload: Buffer } => each.payload !== undefined);
  if (sendable.length === 0) throw new DbgError(`"${host}" is no name that a nameserver could be asked for`);
  const questions = sendable.map(({ server, payload }) => ({
    protocol: 'udp' as const,
    address: server.replace(/%.*/, ''),
    port: 53,
    payload,
  }));
  const control = own === undefined ? undefined : dnsQuestion(own, 'A');
  const controls =
    control && resolver.nameservers.includes(DOCKER_DNS)
      ? [{ ...questions[0]!, address: DOCKER_DNS, payload: control }]
      : [];
  const replies = await askAll(ctx, into, DNS_SECONDS, [...questions, ...controls]);
  const isDockersAlive = (replies[questions.length]?.answer.length ?? 0) > 0;
  return sendable.map(({ server, name, type }, at) => {
    const reply = replies[at];
    const answer = reply && parseDnsAnswer(reply.answer);
    const silence = server === DOCKER_DNS && isDockersAlive ? 'passed on' : 'silent';
    const outcome = answer?.code ?? (reply?.errno ? failureOf(reply.errno) : silence);
    return { server, name, type, outcome, addresses: answer?.addresses ?? [] };
  });
}

/** What an error says of a nameserver: ICMP's "port unreachable" comes as ECONNREFUSED (udp(7)). */
export const failureOf = (errno: number): 'refused' | 'unreachable' =>
  errno === constants.errno.ECONNREFUSED ? 'refused' : 'unreachable';

/** Asks all questions at once, from a network namespace; the replies are in their order. */
export const askAll = async (ctx: Context, into: Into, seconds: number, questions: readonly Question[]) =>
  parseReplies(await ctx.host.output(into(askArgv(seconds, questions))), questions.length);

/** The network namespaces in which packets pass a firewall. */
export interface Firewalls {
  readonly own: Into;
  /** whether the asker is in the host's namespace, so that its rules are the host's */
  readonly isHosts: boolean;
  /** undefined when the peer is no container, or is in the same namespace */
  readonly peer: Into | undefined;
}

/** What came of a try, and what the firewalls did meanwhile. */
export interface Tried {
  readonly attempt: Attempt;
  readonly taken: Taken;
  readonly droppingChains: DroppingChains;
  /** whether a namespace has rules that may have no counters */
  readonly hasChains: { readonly own: boolean; readonly host: boolean; readonly peer: boolean };
}

/**
 * Tries a connection. The counters of the firewalls are read before it, and again after it when it
 * fails.
 */
export async function tryIt(
  ctx: Context,
  { own, peer, isHosts }: Firewalls,
  { address, port, protocol }: { readonly address: string; readonly port: number; readonly protocol: 'tcp' | 'udp' },
  asked: string,
): Promise<Tried> {
  const places = [own, (argv: readonly string[]) => inHostNetwork(ctx.host, argv), peer] as const;
  const firewalls = () => Promise.all(places.map(async (into) => (into ? firewallIn(ctx, into) : NO_FIREWALL)));
  const before = await firewalls();
  const question: Question = { protocol, address, port, payload: Buffer.alloc(0) };
  const replies = (
    await askAll(
      ctx,
      own,
      TCP_SECONDS,
      Array.from({ length: TIMES }, () => question),
    )
  ).filter((reply) => reply !== undefined);
  const attempt = { ...attemptOf(replies, protocol), address, port, ...(await neighbourOf(ctx, own, asked)) };
  const after = attempt.outcome === 'connected' ? before : await firewalls();
  const [ownTaken, host, peers] = after.map(({ rules }, at) => grownRules(before[at]!.rules, rules));
  const [ownChains, hostChains, peerChains] = after.map(({ droppingChains }) => droppingChains);
  const [hasOwn, hasHost, hasPeers] = after.map(({ hasChains }) => hasChains);
  return {
    attempt,
    hasChains: { own: !isHosts && hasOwn!, host: hasHost!, peer: hasPeers! },
    taken: { sent: attempt.sent, own: isHosts ? [] : ownTaken!, host: host!, peer: peers! },
    droppingChains: { own: isHosts ? [] : ownChains!, host: hostChains!, peer: peerChains! },
  };
}

const NO_FIREWALL: Firewall = { rules: [], droppingChains: [], hasChains: false };

/**
 * What came of all the tries. One that came through is enough. Otherwise the error that most of
 * them had stands for all, also where others had no answer: an error is somebody's answer, and
 * silence may only mean that this answer was left out. The kernel sends few ICMP errors a second
 * (icmp_ratelimit, icmp(7)), and so does a firewall that rejects.
 * ETIMEDOUT is the kernel's word for silence.
 */
export function attemptOf(
  replies: readonly Reply[],
  protocol: Wish['protocol'],
): Pick<Attempt, 'outcome' | 'error' | 'sent'> {
  const sent = replies.reduce((sum, each) => sum + each.sent, 0);
  const isThrough = ({ isConnected, answer, errno }: Reply) =>
    protocol === 'tcp' ? isConnected : errno === 0 && answer.length > 0;
  if (replies.some(isThrough)) return { outcome: 'connected', error: '', sent };
  const { ECONNREFUSED, ETIMEDOUT } = constants.errno;
  const errors = replies.flatMap(({ errno }) => (errno === 0 || errno === ETIMEDOUT ? [] : [errno]));
  const timesOf = (errno: number) => errors.filter((each) => each === errno).length;
  const [errno] = errors.toSorted((one, other) => timesOf(other) - timesOf(one));
  if (errno === undefined) return { outcome: 'silent', error: '', sent };
  const [name] = Object.entries(constants.errno).find(([, number]) => number === errno) ?? ['error'];
  const times = timesOf(errno);
  const share = times === replies.length ? '' : `, at ${times} of ${replies.length} tries`;
  return { outcome: errno === ECONNREFUSED ? 'refused' : 'unreachable', error: `${name} (${errno})${share}`, sent };
}

/**
 * The firewall rules of a namespace. A host without any firewall program shows no rules, and that
 * is no failure.
 */
const firewallIn = async (ctx: Context, into: Into): Promise<Firewall> =>
  parseFirewall(await ctx.host.output(into(['sh', '-c', LIST_RULES])));

/** An address' entry in the kernel's neighbour table. */
async function neighbourOf(
  ctx: Context,
  into: Into,
  address: string,
): Promise<Pick<Attempt, 'neighbour' | 'neighbourMac'>> {
  const printed = await ctx.host.output(into(['ip', '-j', 'neigh', 'show', address])).catch(() => '[]');
  const [entry] = toolObjects('ip', printed || '[]') as readonly {
    readonly state?: readonly string[];
    readonly lladdr?: string;
  }[];
  return { neighbour: entry?.state?.[0], neighbourMac: entry?.lladdr?.toLowerCase() };
}
