import type { Context } from '../../../context.ts';
import type { Container } from '../../../engine/container.ts';
import { nsenter, plainEntry } from '../../../enter/nsenter.ts';
import type { Target } from '../../../enter/target.ts';
import { inHostNetwork } from '../../../host/host-namespace.ts';
import type { Question, Reply } from '../../../network/reach/ask.ts';
import { dnsQuestion, parseDnsAnswer } from '../../../network/reach/dns-message.ts';
import { isLoopback } from '../../../network/reach/listening.ts';
import { parseResolver } from '../../../network/reach/resolver-files.ts';
import type { Answering, SeenResolver, SeenServer } from '../../../why/container/network/network-facts.ts';
import { nameInNetwork, withNetworks } from '../connection-parties.ts';
import { askAll, DNS_SECONDS, DOCKER_DNS, failureOf, type Into } from '../connection-traffic.ts';

/** the most bytes that are read of resolv.conf */
const ETC_LIMIT = 1 << 20;
/** One datagram may be lost by chance. */
const TIMES = 2;
/**
 * Names that a nameserver answers by itself, so that no question goes on to anybody (RFC 6761, 6.3
 * and 6.4). Docker's DNS does not know the second one, and passes it on.
 */
const [LOCAL, OUTSIDE] = ['localhost', 'dbg.invalid'];

/**
 * What the container's resolv.conf names, and whether it answers: each nameserver is asked from the
 * container's network, and from this host. undefined for a container that is on no network.
 * @param isSilent nothing is sent
 */
export async function resolverOf(
  ctx: Context,
  container: Container,
  target: Target,
  isSilent: boolean,
): Promise<SeenResolver | undefined> {
  const { host } = ctx;
  const engine = await ctx.engine();
  const its = await withNetworks(engine, container);
  const networks = its.networks.filter(({ network }) => network !== 'none');
  if (networks.length === 0) return undefined;
  const text = host.readBelow(`/proc/${target.pid}/root`, 'etc/resolv.conf', ETC_LIMIT) ?? '';
  const named = namedIn(text);
  const hosts = namedIn(host.read('/etc/resolv.conf', ETC_LIMIT) ?? '');
  const isAsHosts = named.join() === hosts.join();
  // Of a container on the host's network, the engine knows no id of a network that could be asked
  // for.
  const ids = networks.flatMap(({ networkId }) => networkId || []);
  const isInternal =
    ids.length > 0 && (await Promise.all(ids.map((id) => engine.network(id)))).every((each) => each.isInternal);
  const isHosts = container.networkMode === 'host';
  const seen = { nameservers: named, isAsHosts, isInternal };
  if (isSilent) return { ...seen, servers: undefined };
  const inside: Into = isHosts
    ? (argv) => inHostNetwork(host, argv)
    : (argv) => nsenter(target, argv, plainEntry(['net']));
  const servers = parseResolver(text).nameservers;
  const own = await nameInNetwork(engine, container);
  const elsewhere = servers.filter((server) => !isLoopback(server) && !isHosts);
  const [here, there] = await Promise.all([
    askServers(ctx, inside, servers, own),
    elsewhere.length > 0 ? askServers(ctx, (argv) => inHostNetwork(host, argv), elsewhere, own) : new Map(),
  ]);
  return {
    ...seen,
    servers: servers.map((address): SeenServer => {
      const { answering, isAskingOthers } = here.get(address) ?? { answering: 'silent', isAskingOthers: false };
      const fromHost = isHosts ? answering : there.get(address)?.answering;
      return { address, inside: answering, fromHost, isAskingOthers };
    }),
  };
}

const namedIn = (text: string) => (/^\s*nameserver\s+\S/m.test(text) ? parseResolver(text).nameservers : []);

interface Asked {
  readonly answering: Answering;
  readonly isAskingOthers: boolean;
}

/** Asks each nameserver, from one network namespace, all at once. */
async function askServers(
  ctx: Context,
  into: Into,
  servers: readonly string[],
  own: string | undefined,
): Promise<Map<string, Asked>> {
  const asked = servers.flatMap((server) => {
    const names = server === DOCKER_DNS ? [...(own === undefined ? [] : [own]), OUTSIDE] : [LOCAL];
    return names.flatMap((each) =>
      Array.from({ length: TIMES }, () => ({ server, isOutside: each === OUTSIDE, payload: dnsQuestion(each, 'A') })),
    );
  });
  const sendable = asked.flatMap(({ payload, ...rest }) => (payload ? [{ ...rest, payload }] : []));
  const questions = sendable.map(({ server, payload }): Question => ({
    protocol: 'udp',
    address: server.replace(/%.*/, ''),
    port: 53,
    payload,
  }));
  const replies = await askAll(ctx, into, DNS_SECONDS, questions);
  return new Map(
    servers.map((server) => {
      const its = sendable.flatMap((each, at) => {
        const reply = replies[at];
        return each.server === server && reply ? [{ ...each, reply }] : [];
      });
      const answered = its.filter(({ reply }) => parseDnsAnswer(reply.answer) !== undefined);
      const direct = answered.filter(({ isOutside }) => !isOutside);
      // SERVFAIL is what Docker's DNS says from 23.0 on where nobody whom it asks answers.
      const outside = answered.filter(({ isOutside, reply }) => isOutside && parseDnsAnswer(reply.answer)?.code !== 2);
      return [
        server,
        {
          answering: answeringOf(direct.length > 0 || outside.length > 0, its),
          isAskingOthers: outside.length > 0 || server !== DOCKER_DNS,
        },
      ];
    }),
  );
}

/**
 * Docker's DNS may be silent where only its own nameservers are; an error is surely nobody's
 * answer.
 */
function answeringOf(
  isAnswered: boolean,
  its: readonly { readonly isOutside: boolean; readonly reply: Reply }[],
): Answering {
  if (isAnswered) return 'answers';
  const failed = its.find(({ reply }) => reply.errno !== 0);
  if (failed) return failureOf(failed.reply.errno);
  return its.some(({ isOutside }) => !isOutside) ? 'silent' : 'answers';
}
