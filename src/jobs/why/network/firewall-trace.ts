import { randomBytes } from 'node:crypto';
import type { Context } from '../../../context.ts';
import type { Container } from '../../../engine/container.ts';
import { inHostNetwork } from '../../../host/host-namespace.ts';
import type { Question } from '../../../network/reach/ask.ts';
import { isReachedAt, type Listening } from '../../../network/reach/listening.ts';
import { type Grown, namesEnd } from '../../../network/rules/firewall-rules.ts';
import { parseTrace, traceArgv, type TracedPackets } from '../../../network/rules/rule-trace.ts';
import type { PacketWay } from '../../../why/connection/beside-facts.ts';
import type { Attempt, Peer, Traced, Wire } from '../../../why/connection/connection-facts.ts';
import { askAll, type Firewalls, type Into, type Tried } from '../connection-traffic.ts';

/**
 * How long a connection is tried under the trace, in seconds, and how long the rules stay at most.
 */
const [TRY_SECONDS, MOST_SECONDS] = [0.35, 5];
/**
 * Where nobody has answered who has the address, the kernel gives up after three questions, one a
 * second (arp(7), mcast_solicit). It asks anew for the connection that is tried after that.
 */
const ASK_SECONDS = 1.2;

/** What is traced in each network namespace; undefined where its rules need no trace. */
type TracedPlaces = { readonly [Place in keyof Traced]: TracedPackets | undefined };

/** What is known of a connection that failed. */
export interface Failed extends Tried {
  readonly firewalls: Firewalls;
  readonly from: Pick<Container, 'name'>;
  readonly peer: Peer;
  readonly protocol: 'tcp' | 'udp';
  readonly way: PacketWay;
  readonly wire: Wire | undefined;
  /** where the packets arrive, behind a translation */
  readonly at: { readonly address: string; readonly port: number | undefined };
  /** what listens at the peer; undefined where that cannot be seen */
  readonly listening: readonly Listening[] | undefined;
}

const NOT_TRACED: Traced = { own: undefined, host: undefined, peer: undefined };

/**
 * Which rules of nft's took the packets of a connection that failed. A trace is made only where the
 * counters of the rules do not tell, and in those namespaces alone in which nft has chains of its
 * own, or a counter grew by too much.
 * @param onTrace is called before rules are put in, with the names of whose firewalls they are
 *   put into
 */
export async function tracedBy(
  ctx: Context,
  { attempt, taken, hasChains, firewalls, from, peer, protocol, way, wire, at, listening }: Failed,
  onTrace: (places: readonly string[]) => void,
): Promise<Traced> {
  const grown = {
    own: grownBy(taken.own, attempt),
    host: grownBy(taken.host, attempt),
    peer: grownBy(taken.peer, attempt),
  };
  const isTold = [grown.own, grown.host, grown.peer].some((each) => each === 'told');
  const isUnheard =
    attempt.outcome === 'refused' &&
    listening?.every((each) => each.port !== at.port || !isReachedAt(each, at.address)) === true;
  const isNeeded = attempt.outcome !== 'connected' && !isTold && !isUnheard;
  const isTraced = (place: keyof Traced) => hasChains[place] || grown[place] === 'unsure';
  const isAny = isTraced('own') || isTraced('host') || isTraced('peer');
  if (!isNeeded || !isAny || ctx.host.find('nft').kind !== 'found') return NOT_TRACED;
  const source = 'device' in way ? way.source : undefined;
  const sent = { address: attempt.address, port: attempt.port };
  const arrives = { address: at.address, port: at.port ?? attempt.port };
  const isSame = sent.address === arrives.address && sent.port === arrives.port;
  const ends = [wire?.own, wire?.peer].filter((end) => end !== undefined && end.place.path === undefined);
  const devices = ends.flatMap((end) => end?.device?.name ?? []);
  const places: TracedPlaces = {
    own: isTraced('own') ? { protocol, source, to: [sent], devices: [] } : undefined,
    host: isTraced('host') ? { protocol, source, to: isSame ? [sent] : [sent, arrives], devices } : undefined,
    // The address of the asker may have been translated on the way.
    peer: isTraced('peer') ? { protocol, source: undefined, to: [arrives], devices: [] } : undefined,
  };
  onTrace([
    ...(places.own ? [`"${from.name}"`] : []),
    ...(places.host ? ['this host'] : []),
    ...(places.peer && peer.kind === 'container' ? [`"${peer.container.name}"`] : []),
  ]);
  const isUnknown = /^(INCOMPLETE|FAILED)$/.test(attempt.neighbour ?? '');
  return traceRulesTaking(ctx, firewalls, places, { ...sent, protocol }, isUnknown);
}

/**
 * Whether the counters of rules tell who took the packets. They do not where more were taken than
 * sent, and the rule is about everybody's.
 */
function grownBy(rules: readonly Grown[], attempt: Attempt): 'told' | 'unsure' | 'nothing' {
  const enough = rules.filter(({ grew }) => grew >= attempt.sent && attempt.sent > 0);
  if (enough.some(({ grew, text }) => grew === attempt.sent || namesEnd(text, attempt))) return 'told';
  return enough.length > 0 ? 'unsure' : 'nothing';
}

/**
 * Tries the connection once more, and asks the kernel meanwhile which rules of nft's take its
 * packets. A rule that marks them is there for that time alone: the kernel removes it with the
 * process that holds it, and this ends with dbg.
 */
async function traceRulesTaking(
  ctx: Context,
  { own, peer }: Firewalls,
  places: TracedPlaces,
  { address, port, protocol }: Pick<Question, 'address' | 'port' | 'protocol'>,
  isUnknown: boolean,
): Promise<Traced> {
  const onHost: Into = (argv) => inHostNetwork(ctx.host, argv);
  const table = `dbg_trace_${randomBytes(4).toString('hex')}`;
  const begin = (into: Into | undefined, packets: TracedPackets | undefined) =>
    into && packets ? beginTrace(ctx, into(traceArgv(MOST_SECONDS, table, packets))) : undefined;
  const traces = [begin(own, places.own), begin(onHost, places.host), begin(peer, places.peer)];
  const areReady = await Promise.all(traces.map(async (each) => each?.isReady));
  try {
    const tryFor = async (time: number) =>
      askAll(ctx, own, time, [{ protocol, address, port, payload: Buffer.alloc(0) }]);
    if (isUnknown) await tryFor(ASK_SECONDS);
    await tryFor(TRY_SECONDS);
  } finally {
    traces.forEach((each) => each?.end());
  }
  const [ownRules, host, peers] = await Promise.all(
    traces.map(async (each, at) => (areReady[at] && each ? parseTrace(await each.printed) : undefined)),
  );
  return { own: ownRules, host, peer: peers };
}

function beginTrace({ host }: Context, argv: readonly string[]) {
  const held = host.hold(argv);
  const isReady = new Promise<boolean>((resolve) => {
    held.onEvent((line) => {
      if (line === 'ready' || line === 'failed') resolve(line === 'ready');
    });
    void held.ended.then(() => resolve(false));
  });
  return { isReady, end: () => held.release(), printed: held.ended };
}
