import type { Context } from '../../../context.ts';
import type { Container } from '../../../engine/container.ts';
import { DbgError } from '../../../errors.ts';
import { isLoopback } from '../../../network/reach/listening.ts';
import { type Attempt, type ConnectionFacts, isThisHost, type Wish } from '../../../why/connection/connection-facts.ts';
import type { TalkWish } from '../../../why/connection/talk/talk-facts.ts';
import type { Into } from '../connection-traffic.ts';
import { once } from '../../once.ts';
import type { Probe } from '../gather-facts.ts';
import { caBundle } from './ca-bundle.ts';
import { pathSizes } from './path-sizes.ts';
import { httpTalk, type Place, tlsTalk } from './talks.ts';

/** in ms: how long before the end of dbg's patience all that is spoken has to be over */
const LEFT_MS = 400;

/** What the probes of a talk need of those that made the connection. */
export interface Connected {
  readonly from: Container;
  readonly wish: Wish;
  readonly own: Into;
  /** the process of the asking container */
  readonly pid: () => number;
  /** how long each fact is waited for */
  readonly patienceMs: number;
  readonly attempt: () => Promise<Attempt>;
  readonly peer: Probe<ConnectionFacts['peer']>;
  readonly wire: Probe<ConnectionFacts['wire']>;
  readonly hostWay: Probe<ConnectionFacts['hostWay']>;
}

/**
 * The probes that learn what comes over a connection that was made: TLS, HTTP, and packets of every
 * size.
 */
export function talkProbes(
  ctx: Context,
  { from, wish, own, pid, patienceMs, attempt, peer, wire, hostWay }: Connected,
  talk: TalkWish | undefined,
): { [Name in 'tls' | 'http' | 'path']: Probe<ConnectionFacts[Name]> } {
  const deadline = ctx.clock() + patienceMs - LEFT_MS;
  const isHost = isThisHost(from);
  /** Where a protocol is to be spoken. Throws where there is no connection. */
  const place = async (): Promise<Place> => {
    const { outcome, address, port } = await attempt();
    if (outcome !== 'connected') throw new DbgError('there was no connection');
    return { into: own, address, port, name: isHost ? undefined : wish.host, patienceMs, deadline };
  };
  const tls = once(async () => {
    if (!talk?.tls) throw new DbgError(NOT_ASKED);
    const believed = isHost ? NO_BUNDLE : await caBundle(ctx.host, `/proc/${pid()}/root`, from.env);
    return tlsTalk(ctx, await place(), believed);
  });
  const http = once(async () => {
    if (talk?.path === undefined) throw new DbgError(NOT_ASKED);
    const spoken = talk.tls ? (await tls()).talk : undefined;
    if (spoken && spoken.outcome !== 'spoken') throw new DbgError('no TLS is spoken, over which it could be asked');
    return httpTalk(ctx, await place(), talk.path, talk.tls);
  });
  return {
    tls: async () => (await tls()).talk,
    http: async () => (await http()).talk,
    path: async () => {
      const [its, to] = [await peer(), await place()];
      if (isLoopback(to.address) || wish.protocol === 'udp' || (its.kind === 'container' && its.isItself))
        return NOT_MEASURED;
      const [sizes, ...spoken] = await Promise.all([
        pathSizes(ctx, own, to, await wire(), await hostWay()),
        ...[tls(), http()].map(async (each) => each.then(({ needsSmall }) => needsSmall).catch(() => false)),
      ]);
      return { ...sizes, needsSmall: spoken.some(Boolean) };
    },
  };
}

const NOT_ASKED = 'it was not asked for';
const NO_BUNDLE = { roots: [], bundle: { files: [], count: 0 } };
/** Of UDP, and of a way on which no packet is lost for its size. */
const NOT_MEASURED = { full: 0, passes: undefined, announced: undefined, needsSmall: false, places: [] };
