import type { Context } from '../../../context.ts';
import { DbgError } from '../../../errors.ts';
import { relayArgv, SMALL_SEGMENT } from '../../../network/reach/relay.ts';
import type { Attempt } from '../../../why/connection/connection-facts.ts';
import type { Hop, HttpTalk, TlsTalk } from '../../../why/connection/talk/talk-facts.ts';
import type { Into } from '../connection-traffic.ts';
import type { Roots } from './ca-bundle.ts';
import { type Dialed, dialed } from './dial.ts';
import { askHttp, nextHop } from './http-talk.ts';
import { firstLine, speakTls, startTls, type TlsWish } from './tls-talk.ts';

/** Where a protocol is spoken, and how long at most. */
export interface Place extends Pick<Attempt, 'address' | 'port'> {
  readonly into: Into;
  /**
   * for TLS and for HTTP, as a client would call the server; undefined: it is not called by a name
   */
  readonly name: string | undefined;
  /** how long each fact is waited for */
  readonly patienceMs: number;
  /** the moment of `ctx.clock` at which all is over */
  readonly deadline: number;
}

/**
 * How long one answer is waited for, as a share of the time that a fact has. A program that answers
 * to nothing is asked twice by TLS, and all has to be over within that time.
 */
const SHARE = { tls: 1 / 3, http: 5 / 8 };

/** What came of speaking, and whether that came only when packets were kept small. */
export interface Talked<T> {
  readonly talk: T;
  readonly needsSmall: boolean;
}

/** Makes a TLS handshake; a second one with small packets where the first got no answer. */
export async function tlsTalk(ctx: Context, place: Place, roots: Roots): Promise<Talked<TlsTalk>> {
  const known = roots.bundle.files.length > 0 ? roots.roots : (await import('node:tls')).rootCertificates;
  const { address, port, name } = place;
  const speak = async (segment?: number) =>
    using(ctx, place, segment, async (connection) => {
      const patienceMs = Math.min(place.patienceMs * SHARE.tls, place.deadline - ctx.clock());
      const wish: TlsWish = { address, port, expected: name, roots: known, bundle: roots.bundle, patienceMs };
      return speakTls(connection, wish);
    });
  return small(await speak(), speak, place, ctx);
}

/** Sends a request, and follows its redirects as far as they stay at the same host. */
export async function httpTalk(ctx: Context, place: Place, path: string, isTls: boolean): Promise<Talked<HttpTalk>> {
  const host = place.name ?? place.address;
  const first = new URL(
    `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${place.port}${path}`,
  );
  const ask = async (url: URL, segment?: number): Promise<Hop> => {
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    return using(ctx, { ...place, port }, segment, async (connection) => {
      const patienceMs = Math.min(place.patienceMs * SHARE.http, Math.max(0, place.deadline - ctx.clock()));
      const timing = { patienceMs, clock: () => ctx.clock() };
      if (url.protocol === 'http:') {
        const hop = await askHttp(connection.stream, url, timing);
        return hop.outcome === 'closed' ? { ...hop, text: connection.error() ?? '' } : hop;
      }
      const socket = await startTls(connection, { expected: place.name, roots: [] });
      const secured = new Promise<boolean>((resolve) => void socket.once('secureConnect', () => resolve(true)));
      const hop = await askHttp(socket, url, timing);
      if (await Promise.race([secured, Promise.resolve(false)])) return hop;
      return { ...hop, outcome: 'no TLS', text: connection.error() ?? firstLine(connection.beginning()) };
    });
  };
  const { talk, needsSmall } = await small(await ask(first), async (segment) => ask(first, segment), place, ctx);
  const hops = [talk];
  for (let next = nextHop(hops); next && ctx.clock() < place.deadline; next = nextHop(hops)) hops.push(await ask(next));
  return { talk: { hops }, needsSmall };
}

/** The outcomes of TLS and of HTTP in which something came. */
const ANSWERED = ['spoken', 'not TLS', 'answered', 'not HTTP'];

/** Speaks again with small packets where nothing came, and there is time left. */
async function small<T extends { readonly outcome: string }>(
  talk: T,
  again: (segment: number) => Promise<T>,
  { deadline }: Place,
  ctx: Context,
): Promise<Talked<T>> {
  if (talk.outcome !== 'silent' || deadline - ctx.clock() < 200) return { talk, needsSmall: false };
  const { outcome } = await again(SMALL_SEGMENT);
  return { talk, needsSmall: ANSWERED.includes(outcome) };
}

/** Opens a connection, uses it, and closes it whatever comes. */
async function using<T>(
  ctx: Context,
  { into, address, port, deadline }: Place,
  segment: number | undefined,
  use: (connection: Dialed) => Promise<T>,
): Promise<T> {
  const seconds = (deadline - ctx.clock()) / 1000;
  if (seconds <= 0) throw new DbgError('there was no time left for it');
  const connection = dialed(await ctx.host.relay(into(relayArgv(seconds + 1, address, port, segment))));
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}
