import { shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { Finding } from '../../finding.ts';
import { atPeer, called, type ConnectionFacts, within } from '../connection-facts.ts';
import type { Hop } from './talk-facts.ts';
import { whyLine } from './why-line.ts';

const check = checkOf<ConnectionFacts>();
const HTTP = 'HTTP';
const NEEDS = ['from', 'wish', 'peer', 'http', 'address'] as const;
type Given = Pick<ConnectionFacts, (typeof NEEDS)[number]>;

/** A page that takes longer than this to begin is told: a person waits. */
const SLOW_MS = 1000;

/** The command by which a person sees the same: with the address that dbg took. */
function curl({ from, address }: Given, { url }: Hop): string {
  const { hostname, port, protocol } = new URL(url);
  const number = port || (protocol === 'https:' ? '443' : '80');
  const to =
    hostname === address || hostname === `[${address}]`
      ? ''
      : `--resolve ${shellQuote(`${hostname}:${number}:${address}`)} `;
  return within(from, `curl -svk -o /dev/null ${to}${shellQuote(url)}`);
}

/** What to type where the port may speak TLS. */
function withTls(given: Given, { url }: Hop) {
  const { hostname, port, pathname, search } = new URL(url);
  const command = whyLine(given, given.wish.host, [hostname, port || '80'], '--tls', '--http', pathname + search);
  return { what: 'it may speak TLS at this port; ask', command };
}
const showed = (given: Given, hop: Hop, seen: string) => [{ seen, command: curl(given, hop) }];
const said = ({ text }: Hop) => (text === '' ? '' : `: "${text}"`);

/** Meant so more often than not: who asks has to show who they are, or to come back later. */
const INTENDED = [401, 403, 407, 429];

interface HttpCheck {
  readonly id: string;
  readonly about: string;
  /** the request that it is about; left out: the last one */
  readonly of?: (hops: readonly Hop[]) => Hop | undefined;
  readonly isFound: (hop: Hop, hops: readonly Hop[]) => boolean;
  readonly tell: (given: Given, hop: Hop) => Finding;
}

/** A check of one request: where it is found, it is told. */
const httpCheck = ({ id, about, of = (hops) => hops.at(-1), isFound, tell }: HttpCheck) =>
  check({
    id,
    layer: HTTP,
    about,
    needs: NEEDS,
    find: (given) => {
      const { hops } = given.http;
      const hop = of(hops);
      return hop !== undefined && isFound(hop, hops) ? [tell(given, hop)] : [];
    },
  });

const isBack = (hop: Hop, hops: readonly Hop[]) => hops.some(({ url }) => url === hop.location);
/** The most redirects that dbg follows. */
const MOST_HOPS = 10;

/** What is wrong with the answer to an HTTP request, in causal order. */
export const HTTP_CHECKS = [
  httpCheck({
    id: 'http.silent',
    about: 'It takes the request, and nothing comes for as long as dbg waits.',
    isFound: ({ outcome }) => outcome === 'silent',
    tell: (given, hop) => ({
      severity: 'broken',
      sentence: `nothing answers GET ${hop.url} of ${called(given.from)} within ${(hop.firstByteMs / 1000).toFixed(1)} s`,
      evidence: showed(given, hop, 'no byte came'),
      next: atPeer(given.peer, 'see what its program waits for', (name) => `dbg strace ${name}`),
    }),
  }),
  httpCheck({
    id: 'http.closed',
    about: 'It ends the connection without an answer.',
    isFound: ({ outcome }) => outcome === 'closed',
    tell: (given, hop) => ({
      severity: 'broken',
      sentence: `GET ${hop.url} gets no answer: the connection ${hop.text === '' ? 'is closed' : `fails (${hop.text})`}`,
      evidence: showed(given, hop, hop.text || 'closed'),
      next: [withTls(given, hop)],
    }),
  }),
  httpCheck({
    id: 'http.not-http',
    about: 'What answers is not HTTP: another protocol, or TLS.',
    isFound: ({ outcome }) => outcome === 'not HTTP',
    tell: (given, hop) => ({
      severity: 'broken',
      sentence: `what answers GET ${hop.url} does not speak HTTP${said(hop)}`,
      evidence: showed(given, hop, hop.text || 'bytes that are no text'),
      next: [withTls(given, hop)],
    }),
  }),
  httpCheck({
    id: 'http.redirect-loop',
    about: 'Its redirects lead back to where they began, or on and on.',
    isFound: (hop, hops) => hop.location !== undefined && (isBack(hop, hops) || hops.length >= MOST_HOPS),
    tell: (given, hop) => {
      const { hops } = given.http;
      const urls = [...hops.map(({ url }) => url), hop.location];
      const shown = urls.length > 5 ? [...urls.slice(0, 4), '…', urls.at(-1)] : urls;
      return {
        severity: 'broken',
        sentence: `GET ${hops[0]!.url} is led ${isBack(hop, hops) ? 'round in a ring' : 'on and on'} by ${hops.length} redirect${hops.length === 1 ? '' : 's'}: ${shown.join(' → ')}`,
        evidence: showed(given, hops[0]!, `${hops[0]!.status} ${hops[0]!.location}`),
        next: [
          {
            what: 'what ends TLS before it has to tell it so, and it has to believe that (X-Forwarded-Proto); see its own rules',
            command: `${curl(given, hops[0]!)} -H 'X-Forwarded-Proto: https'`,
          },
        ],
      };
    },
  }),
  httpCheck({
    id: 'http.no-tls',
    about: 'Its redirect leads to TLS, and there TLS fails.',
    isFound: ({ outcome }, hops) => outcome === 'no TLS' && hops.length > 1,
    tell: (given, hop) => ({
      severity: 'broken',
      sentence: `GET ${given.http.hops[0]!.url} is redirected to ${hop.url}, and no TLS is spoken there`,
      evidence: showed(given, hop, hop.text || 'no handshake'),
      next: [{ what: 'see why not', command: curl(given, hop) }],
    }),
  }),
  httpCheck({
    id: 'http.server-error',
    about: 'It answers with a status of 500 or more: the fault is its own, or that of what stands behind it.',
    isFound: ({ outcome, status }) => outcome === 'answered' && status >= 500,
    tell: (given, hop) => ({
      severity: 'broken',
      sentence: `GET ${hop.url} is answered with status ${hop.status}${[502, 503, 504].includes(hop.status) ? ', so what stands behind it may not answer' : ''}${said(hop)}`,
      evidence: showed(given, hop, String(hop.status)),
      next: atPeer(given.peer, 'see what it says itself', (name) => `docker logs --tail 50 ${name}`),
    }),
  }),
  httpCheck({
    id: 'http.client-error',
    about: 'It answers with a status of 400 to 499: it does not take the request, or knows no such page.',
    isFound: ({ outcome, status }) => outcome === 'answered' && status >= 400 && status < 500,
    tell: (given, hop) => ({
      severity: INTENDED.includes(hop.status) ? 'suspect' : 'broken',
      sentence: `GET ${hop.url} is answered with status ${hop.status}${said(hop)}`,
      evidence: showed(given, hop, String(hop.status)),
      next: [{ what: 'see the whole answer', command: curl(given, hop) }],
    }),
  }),
  httpCheck({
    id: 'http.slow',
    about: 'The first byte of its answer takes a second or more.',
    of: (hops) => hops.find(({ outcome, firstByteMs }) => outcome === 'answered' && firstByteMs >= SLOW_MS),
    isFound: () => true,
    tell: (given, hop) => ({
      severity: 'suspect',
      sentence: `the first byte of the answer to GET ${hop.url} takes ${(hop.firstByteMs / 1000).toFixed(1)} s`,
      evidence: showed(given, hop, `${Math.round(hop.firstByteMs)} ms`),
      next: atPeer(given.peer, 'see what it waits for', (name) => `dbg strace ${name}`),
    }),
  }),
  httpCheck({
    id: 'http.elsewhere',
    about: 'It redirects to another host, which dbg does not ask.',
    isFound: ({ location, url }) => location !== undefined && new URL(location).hostname !== new URL(url).hostname,
    tell: (given, hop) => {
      const { hostname, protocol, port, pathname } = new URL(hop.location!);
      const to = shellQuote(port ? `${hostname}:${port}` : hostname);
      const command = `dbg why ${shellQuote(given.from.name)} ${to}${protocol === 'https:' ? ' --tls' : ''} --http ${shellQuote(pathname)}`;
      return {
        severity: 'note',
        sentence: `GET ${hop.url} is redirected to another host: ${hop.location}`,
        evidence: showed(given, hop, `${hop.status} ${hop.location}`),
        next: [{ what: 'ask there', command }],
      };
    },
  }),
] as const;
