import { expect, test } from 'vitest';
import type { ConnectionFacts } from '../../../../src/why/connection/connection-facts.ts';
import { certificate, hop, tls, verdict } from './connection-fixtures.ts';

const http = (...hops: ConnectionFacts['http']['hops']) => ({ http: { hops } });
const path = (over: Partial<ConnectionFacts['path']>): Partial<ConnectionFacts> => ({
  path: { full: 1500, passes: 1500, announced: undefined, needsSmall: false, places: [], ...over },
});
const day = 86_400_000;
type Row = readonly [title: string, over: Partial<ConnectionFacts>, first: string, says: string | RegExp];

const ROWS: readonly Row[] = [
  ['silence', { tls: tls({ outcome: 'silent', chain: [] }) }, 'tls.silent', 'db:443 takes the connection'],
  [
    'another protocol',
    { tls: tls({ outcome: 'not TLS', beginning: 'SSH-2.0', chain: [] }) },
    'tls.not-tls',
    'does not speak TLS: it says "SSH-2.0"',
  ],
  [
    'mutual TLS',
    { tls: tls({ outcome: 'refused', clientCertificate: 'required', alert: 'certificate required', chain: [] }) },
    'tls.client-certificate',
    "wants a certificate of the client's",
  ],
  ['TLS 1.0', { tls: tls({ protocol: 'TLSv1' }) }, 'tls.old-protocol', 'no newer TLS than TLS 1'],
  [
    'no version in common',
    { tls: tls({ outcome: 'refused', alert: 'protocol version', chain: [] }) },
    'tls.old-protocol',
    'none of TLS 1.0 to 1.3',
  ],
  [
    'an alert',
    { tls: tls({ outcome: 'refused', alert: 'handshake failure', chain: [] }) },
    'tls.refused',
    'with the alert "handshake failure"',
  ],
  ['an end', { tls: tls({ outcome: 'refused', chain: [] }) }, 'tls.refused', 'without a word'],
  [
    'an old certificate',
    { tls: tls({ chain: [certificate({ validTo: 1_000_000_000 - 3 * day })] }) },
    'tls.expired',
    /^the certificate of db:443 expired 3 days ago, on 1970-01-09$/,
  ],
  [
    'an old CA',
    { tls: tls({ chain: [certificate(), certificate({ subject: 'Our CA', validTo: 1_000_000_000 - day })] }) },
    'tls.expired',
    'the CA certificate "Our CA" of db:443 expired',
  ],
  [
    'a certificate of tomorrow',
    { tls: tls({ chain: [certificate({ validFrom: 1_000_000_000 + day })] }) },
    'tls.not-yet-valid',
    /is valid in .* only, from 1970-01-13 on/,
  ],
  [
    'other names',
    { tls: tls({ isForName: false, chain: [certificate({ names: 'DNS:a, DNS:b, IP Address:10.0.0.9' })] }) },
    'tls.wrong-name',
    'is not for db: it is for a, b, 10.0.0.9',
  ],
  [
    'no names',
    { tls: tls({ isForName: false, chain: [certificate({ names: '' })] }) },
    'tls.wrong-name',
    'none but "db"',
  ],
  [
    'an unknown CA',
    { tls: tls({ distrust: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }) },
    'tls.unknown-ca',
    'signed by "Our CA", which is not known to the 140 CAs of /etc/ssl/certs/ca-certificates.crt of "web"',
  ],
  [
    'a certificate of its own, and no CAs',
    { tls: tls({ distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT', bundle: { files: [], count: 0 } }) },
    'tls.unknown-ca',
    'signed by itself, which is not known to public CAs, and "web" has no CA certificates of its own',
  ],
  [
    'no answer',
    http(hop('http://db/', { outcome: 'silent', firstByteMs: 2500 })),
    'http.silent',
    'GET http://db/ of "web" within 2.5 s',
  ],
  ['an end', http(hop('http://db/', { outcome: 'closed' })), 'http.closed', 'the connection is closed'],
  [
    'a refusal behind a redirect',
    http(
      hop('http://db/', { status: 302, location: 'http://db:81/' }),
      hop('http://db:81/', { outcome: 'closed', text: 'ECONNREFUSED' }),
    ),
    'http.closed',
    'GET http://db:81/ gets no answer: the connection fails (ECONNREFUSED)',
  ],
  [
    'another protocol',
    http(hop('http://db/', { outcome: 'not HTTP', text: '-ERR' })),
    'http.not-http',
    'does not speak HTTP: "-ERR"',
  ],
  [
    'a redirect to itself',
    http(hop('http://db/', { status: 301, location: 'http://db/' })),
    'http.redirect-loop',
    'round in a ring by 1 redirect: http://db/ → http://db/',
  ],
  [
    'a ring of two',
    http(
      hop('http://db/', { status: 301, location: 'https://db/' }),
      hop('https://db/', { status: 301, location: 'http://db/' }),
    ),
    'http.redirect-loop',
    'by 2 redirects',
  ],
  [
    'redirects on and on',
    http(
      ...Array.from({ length: 10 }, (_, at) =>
        hop(`http://db/${at}`, { status: 302, location: `http://db/${at + 1}` }),
      ),
    ),
    'http.redirect-loop',
    'on and on by 10 redirects: http://db/0 → http://db/1 → http://db/2 → http://db/3 → … → http://db/10',
  ],
  [
    'a redirect to TLS that is none',
    http(
      hop('http://db/', { status: 301, location: 'https://db/' }),
      hop('https://db/', { outcome: 'no TLS', text: 'ECONNREFUSED' }),
    ),
    'http.no-tls',
    'is redirected to https://db/, and no TLS is spoken there',
  ],
  [
    'a status of 502',
    http(hop('http://db/', { status: 502, text: 'Bad Gateway' })),
    'http.server-error',
    'status 502, so what stands behind it may not answer: "Bad Gateway"',
  ],
  ['a status of 404', http(hop('http://db/x', { status: 404 })), 'http.client-error', 'status 404'],
  [
    'packets that are lost for their size',
    path({ passes: 1400, places: [{ device: 'veth7', whose: 'of "db"', mtu: 1400 }] }),
    'transport.mtu',
    'packets of 1400 bytes pass between "web" and 10.0.0.3, and those of 1500 are lost: veth7, of "db", has an MTU of 1400',
  ],
  [
    'the same, with a bridge that gives a tag room',
    path({ passes: 1284, places: [{ device: 'br', whose: 'the bridge of the network', mtu: 1280 }] }),
    'transport.mtu',
    'has an MTU of 1280',
  ],
  [
    'an answer to small packets alone',
    path({ passes: undefined, needsSmall: true }),
    'transport.mtu',
    'packets of 576 bytes pass between "web" and 10.0.0.3, and those of 1500 are lost, at no device that dbg knows',
  ],
];
test.each(ROWS)('%s is the first that is broken', (_, over, first, says) => {
  const { answer } = verdict(over);
  expect([answer?.id, answer?.sentence]).toEqual([first, answer?.sentence]);
  expect(answer?.sentence).toMatch(says);
});

const OTHERS: readonly (readonly [title: string, over: Partial<ConnectionFacts>, ids: readonly string[]])[] = [
  ['all is well', {}, []],
  ['a client certificate is asked for', { tls: tls({ clientCertificate: 'asked for' }) }, ['tls.client-certificate']],
  ['there is no bundle', { tls: tls({ bundle: { files: [], count: 0 } }) }, ['tls.no-bundle']],
  ['a code that is about no CA', { tls: tls({ distrust: 'CERT_HAS_EXPIRED' }) }, []],
  ['credentials are wanted', http(hop('http://db/', { status: 401 })), ['http.client-error']],
  ['it is slow', http(hop('http://db/', { firstByteMs: 1234 })), ['http.slow']],
  ['another page', http(hop('http://db/', { status: 302, location: 'http://db/a' }), hop('http://db/a')), []],
  ['another host', http(hop('http://db/', { status: 302, location: 'https://www/' })), ['http.elsewhere']],
  ['the smaller size was announced', path({ passes: 1400, announced: 1400 }), []],
  ['nobody answers echo requests', path({ passes: undefined }), []],
  [
    'somebody outside answers small ones alone',
    { peer: { kind: 'outside' }, named: [], ...path({ passes: 64 }) },
    ['transport.mtu'],
  ],
];
test.each(OTHERS)('nothing is broken: %s', (_, over, ids) => {
  const { answer, others } = verdict(over);
  expect([answer?.sentence, others.map(({ id }) => id)]).toEqual([undefined, ids]);
});

test.each([
  ['closed', 'http://db/', 'dbg why web db:80 --tls --http /'],
  ['not HTTP', "http://db:8443/it's?a=1", String.raw`dbg why web db:8443 --tls --http '/it'\''s?a=1'`],
  ['closed', 'http://[fd00::3]:81/', "dbg why web '[fd00::3]:81' --tls --http /"],
] as const)('a page that is %s at %s may be one of TLS: the whole line to ask', (outcome, url, command) => {
  const { answer } = verdict(http(hop(url, { outcome })));
  expect(answer?.next.map((step) => step.command)).toEqual([command]);
});

test('a server without TLS: the line to ask, with an IPv6 address in brackets', () => {
  const wish = { host: 'fd00::3', address: 'fd00::3', port: 81, protocol: 'tcp', family: undefined } as const;
  const { answer } = verdict({ tls: tls({ outcome: 'not TLS', port: 81 }), wish });
  expect(answer?.next.map((step) => step.command)).toEqual(["dbg why web '[fd00::3]:81'"]);
});
