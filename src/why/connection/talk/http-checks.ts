import { shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
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
const last = ({ http: { hops } }: Given) => hops.at(-1);
const showed = (given: Given, hop: Hop, seen: string) => [{ seen, command: curl(given, hop) }];
const said = ({ text }: Hop) => (text === '' ? '' : `: "${text}"`);

/** Meant so more often than not: who asks has to show who they are, or to come back later. */
const INTENDED = [401, 403, 407, 429];

/** What is wrong with the answer to an HTTP request, in causal order. */
export const HTTP_CHECKS = [
  check({
    id: 'http.silent',
    layer: HTTP,
    about: 'It takes the request, and nothing comes for as long as dbg waits.',
    needs: NEEDS,
    find: (given) => {
      const hop = last(given);
      if (hop?.outcome !== 'silent') return [];
      return [
        {
          severity: 'broken',
          sentence: `nothing answers GET ${hop.url} of ${called(given.from)} within ${(hop.firstByteMs / 1000).toFixed(1)} s`,
          evidence: showed(given, hop, 'no byte came'),
          next: atPeer(given.peer, 'see what its program waits for', (name) => `dbg strace ${name}`),
        },
      ];
    },
  }),
  check({
    id: 'http.closed',
    layer: HTTP,
    about: 'It ends the connection without an answer.',
    needs: NEEDS,
    find: (given) => {
      const hop = last(given);
      if (hop?.outcome !== 'closed') return [];
      return [
        {
          severity: 'broken',
          sentence: `GET ${hop.url} gets no answer: the connection ${hop.text === '' ? 'is closed' : `fails (${hop.text})`}`,
          evidence: showed(given, hop, hop.text || 'closed'),
          next: [withTls(given, hop)],
        },
      ];
    },
  }),
  check({
    id: 'http.not-http',
    layer: HTTP,
    about: 'What answers is not HTTP: another protocol, or TLS.',
    needs: NEEDS,
    find: (given) => {
      const hop = last(given);
      if (hop?.outcome !== 'not HTTP') return [];
      return [
        {
          severity: 'broken',
          sentence: `what answers GET ${hop.url} does not speak HTTP${said(hop)}`,
          evidence: showed(given, hop, hop.text || 'bytes that are no text'),
          next: [withTls(given, hop)],
        },
      ];
    },
  }),
  check({
    id: 'http.redirect-loop',
    layer: HTTP,
    about: 'Its redirects lead back to where they began, or on and on.',
    needs: NEEDS,
    find: (given) => {
      const { hops } = given.http;
      const hop = last(given);
      const isBack = hop?.location !== undefined && hops.some(({ url }) => url === hop.location);
      if (hop?.location === undefined || (!isBack && hops.length < 10)) return [];
      const urls = [...hops.map(({ url }) => url), hop.location];
      const shown = urls.length > 5 ? [...urls.slice(0, 4), '…', urls.at(-1)] : urls;
      return [
        {
          severity: 'broken',
          sentence: `GET ${hops[0]!.url} is led ${isBack ? 'round in a ring' : 'on and on'} by ${hops.length} redirect${hops.length === 1 ? '' : 's'}: ${shown.join(' → ')}`,
          evidence: showed(given, hops[0]!, `${hops[0]!.status} ${hops[0]!.location}`),
          next: [
            {
              what: 'what ends TLS before it has to tell it so, and it has to believe that (X-Forwarded-Proto); see its own rules',
              command: `${curl(given, hops[0]!)} -H 'X-Forwarded-Proto: https'`,
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'http.no-tls',
    layer: HTTP,
    about: 'Its redirect leads to TLS, and there TLS fails.',
    needs: NEEDS,
    find: (given) => {
      const { hops } = given.http;
      const hop = last(given);
      if (hop?.outcome !== 'no TLS' || hops.length < 2) return [];
      return [
        {
          severity: 'broken',
          sentence: `GET ${hops[0]!.url} is redirected to ${hop.url}, and no TLS is spoken there`,
          evidence: showed(given, hop, hop.text || 'no handshake'),
          next: [{ what: 'see why not', command: curl(given, hop) }],
        },
      ];
    },
  }),
  check({
    id: 'http.server-error',
    layer: HTTP,
    about: 'It answers with a status of 500 or more: the fault is its own, or that of what stands behind it.',
    needs: NEEDS,
    find: (given) => {
      const hop = last(given);
      if (hop?.outcome !== 'answered' || hop.status < 500) return [];
      const behind = [502, 503, 504].includes(hop.status) ? ', so what stands behind it may not answer' : '';
      return [
        {
          severity: 'broken',
          sentence: `GET ${hop.url} is answered with status ${hop.status}${behind}${said(hop)}`,
          evidence: showed(given, hop, String(hop.status)),
          next: atPeer(given.peer, 'see what it says itself', (name) => `docker logs --tail 50 ${name}`),
        },
      ];
    },
  }),
  check({
    id: 'http.client-error',
    layer: HTTP,
    about: 'It answers with a status of 400 to 499: it does not take the request, or knows no such page.',
    needs: NEEDS,
    find: (given) => {
      const hop = last(given);
      if (hop?.outcome !== 'answered' || hop.status < 400 || hop.status >= 500) return [];
      return [
        {
          severity: INTENDED.includes(hop.status) ? 'suspect' : 'broken',
          sentence: `GET ${hop.url} is answered with status ${hop.status}${said(hop)}`,
          evidence: showed(given, hop, String(hop.status)),
          next: [{ what: 'see the whole answer', command: curl(given, hop) }],
        },
      ];
    },
  }),
  check({
    id: 'http.slow',
    layer: HTTP,
    about: 'The first byte of its answer takes a second or more.',
    needs: NEEDS,
    find: (given) => {
      const slow = given.http.hops.find(({ outcome, firstByteMs }) => outcome === 'answered' && firstByteMs >= SLOW_MS);
      if (slow === undefined) return [];
      return [
        {
          severity: 'suspect',
          sentence: `the first byte of the answer to GET ${slow.url} takes ${(slow.firstByteMs / 1000).toFixed(1)} s`,
          evidence: showed(given, slow, `${Math.round(slow.firstByteMs)} ms`),
          next: atPeer(given.peer, 'see what it waits for', (name) => `dbg strace ${name}`),
        },
      ];
    },
  }),
  check({
    id: 'http.elsewhere',
    layer: HTTP,
    about: 'It redirects to another host, which dbg does not ask.',
    needs: NEEDS,
    find: (given) => {
      const hop = last(given);
      if (hop?.location === undefined || new URL(hop.location).hostname === new URL(hop.url).hostname) return [];
      const { hostname, protocol, port } = new URL(hop.location);
      const to = shellQuote(port ? `${hostname}:${port}` : hostname);
      return [
        {
          severity: 'note',
          sentence: `GET ${hop.url} is redirected to another host: ${hop.location}`,
          evidence: showed(given, hop, `${hop.status} ${hop.location}`),
          next: [
            {
              what: 'ask there',
              command: `dbg why ${shellQuote(given.from.name)} ${to}${protocol === 'https:' ? ' --tls' : ''} --http ${shellQuote(new URL(hop.location).pathname)}`,
            },
          ],
        },
      ];
    },
  }),
] as const;
