import { afterAll, describe, expect, test } from 'vitest';
import { firstLine, speakTls } from '../../../../../src/jobs/why/talk/tls-talk.ts';
import { CERTIFICATE, closeServers, dialTo, plainServer, tlsServer } from './talk-servers.ts';

afterAll(closeServers);

const speak = async (port: number, roots: readonly string[] = [CERTIFICATE], expected = 'db.example') => {
  const dialed = await dialTo(port);
  const wish = { address: '127.0.0.1', port, expected, roots, bundle: { files: [], count: 0 }, patienceMs: 1000 };
  const talk = await speakTls(dialed, wish);
  dialed.close();
  return talk;
};
const mustShow = { requestCert: true, rejectUnauthorized: true };

describe('a TLS handshake', () => {
  test('that ends well', async () => {
    const talk = await speak(await tlsServer());
    expect(talk).toMatchObject({
      outcome: 'spoken',
      protocol: 'TLSv1.3',
      isForName: true,
      distrust: '',
      clientCertificate: 'none',
    });
    expect(talk.chain).toEqual([
      {
        subject: 'db.example',
        issuer: 'db.example',
        names: 'DNS:db.example, IP Address:10.0.0.3',
        validFrom: Date.parse('2020-01-01T00:00:00Z'),
        validTo: Date.parse('2120-01-01T00:00:00Z'),
      },
    ]);
  });

  test.each([
    ['by its address', '10.0.0.3', true],
    ['by another name', 'db', false],
    ['by another address', '10.0.0.4', false],
  ])('%s', async (_, expected, isForName) => {
    expect(await speak(await tlsServer(), [CERTIFICATE], expected)).toMatchObject({ outcome: 'spoken', isForName });
  });

  test('whose certificate no CA has signed', async () => {
    expect(await speak(await tlsServer(), [])).toMatchObject({ distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  test('of an old version', async () => {
    const port = await tlsServer({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(await speak(port)).toMatchObject({ outcome: 'spoken', protocol: 'TLSv1.1' });
  });

  test.each([
    ['TLSv1.3', 'spoken', 'required', 'certificate required', mustShow],
    ['TLSv1.2', 'spoken', 'asked for', '', { requestCert: true, rejectUnauthorized: false }],
  ] as const)('%s, %s, and a client certificate: %s', async (version, outcome, clientCertificate, alert, options) => {
    const port = await tlsServer({ ...options, minVersion: version, maxVersion: version });
    expect(await speak(port)).toMatchObject({ outcome, clientCertificate, alert });
  });

  test('that is refused with an alert', async () => {
    const port = await tlsServer({
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      ciphers: 'ECDHE-RSA-AES128-GCM-SHA256',
    });
    expect(await speak(port)).toMatchObject({ outcome: 'refused', alert: 'handshake failure', chain: [] });
  });

  test.each([
    ['a server that speaks first', 'SSH-2.0-OpenSSH_9.2\r\n', false, 'SSH-2.0-OpenSSH_9.2'],
    ['a server of HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', true, 'HTTP/1.1 400 Bad Request'],
  ])('with %s', async (_, says, isAsked, beginning) => {
    expect(await speak(await plainServer(says, isAsked))).toMatchObject({ outcome: 'not TLS', beginning });
  });

  test('with a server that says nothing', async () => {
    expect(await speak(await plainServer(undefined))).toMatchObject({ outcome: 'silent', beginning: '' });
  });
});

test('a first line is short, and without what hurts a terminal', () => {
  expect(firstLine(Buffer.from(`\u001b[31mred\u0000 ${'x'.repeat(100)}\nnext`))).toBe(`[31mred  ${'x'.repeat(71)}`);
});
