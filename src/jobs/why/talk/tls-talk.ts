import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { errorCode } from '../../../errors.ts';
import type { Bundle, Certificate, TlsTalk } from '../../../why/connection/talk/talk-facts.ts';
import type { Dialed } from './dial.ts';

export interface TlsWish {
  readonly address: string;
  readonly port: number;
  /** the name or address that the certificate is to be for; undefined: any will do */
  readonly expected: string | undefined;
  /** the CA certificates (PEM) that are believed, and the files that they are from */
  readonly roots: readonly string[];
  readonly bundle: Bundle;
  readonly patienceMs: number;
}

/** The most certificates of a chain that are looked at. */
const MOST_CHAIN = 10;
/**
 * How long a server has to refuse a handshake that has ended for the client. In TLS 1.3 the client
 * is done before the server has seen that its certificate is missing (RFC 8446, 4.4.2.4).
 */
const AFTERWARDS_MS = 300;

/**
 * Makes a TLS handshake, and believes everything: what is wrong with the certificate is a fact to
 * be told. Old versions and weak ciphers are offered too, so that a server that has no others shows
 * its certificate.
 */
export async function speakTls(dialed: Dialed, wish: TlsWish): Promise<TlsTalk> {
  const socket = await startTls(dialed, wish);
  const end = await shaken(socket, wish.patienceMs);
  const beginning = dialed.beginning();
  const asked = end.error === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' ? 'required' : askedIn12(beginning);
  const isDone = socket.getProtocol() !== null && end.isSecure;
  const chain = isDone ? chainOf(socket.getPeerCertificate(true)) : [];
  return {
    address: wish.address,
    port: wish.port,
    outcome: outcomeOf(isDone, end.isOver, beginning),
    alert: (/ALERT_(\w+)$/.exec(end.error)?.[1] ?? '').toLowerCase().replaceAll('_', ' '),
    beginning: firstLine(beginning),
    expected: wish.expected,
    protocol: isDone ? (socket.getProtocol() ?? '') : '',
    chain: chain.map(certificateOf),
    isForName: await isFor(wish.expected, chain[0]),
    // Node's type says Error; it is the code of OpenSSL as a text.
    distrust: isDone && !socket.authorized ? String(socket.authorizationError) : '',
    bundle: wish.bundle,
    clientCertificate: asked === 'asked for' && !isDone ? 'required' : asked,
  };
}

/** Starts TLS on a connection. Its handshake has not ended yet. */
export async function startTls(
  { stream }: Dialed,
  { expected, roots }: Pick<TlsWish, 'expected' | 'roots'>,
): Promise<TLSSocket> {
  const [{ connect }, { isIP }] = await Promise.all([import('node:tls'), import('node:net')]);
  const servername = expected === undefined || isIP(expected) !== 0 ? {} : { servername: expected };
  const socket = connect({
    ...servername,
    socket: stream,
    ca: [...roots],
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
    ALPNProtocols: ['http/1.1'],
  });
  socket.on('error', () => undefined);
  return socket;
}

interface Shaken {
  readonly isSecure: boolean;
  /** the code of the error that ended it; empty without one */
  readonly error: string;
  /** whether the connection has ended */
  readonly isOver: boolean;
}

/** Waits for the end of a handshake, and a while longer for a refusal. */
async function shaken(socket: TLSSocket, patienceMs: number): Promise<Shaken> {
  return new Promise((resolve) => {
    let isSecure = false;
    const late = () => end('', false);
    let timer = setTimeout(late, patienceMs);
    const end = (error: string, isOver = true) => {
      clearTimeout(timer);
      resolve({ isSecure, error, isOver });
    };
    socket.on('error', (error) => end(errorCode(error) ?? ''));
    socket.on('close', () => end(''));
    socket.on('end', () => end(''));
    socket.on('secureConnect', () => {
      isSecure = true;
      clearTimeout(timer);
      timer = setTimeout(late, AFTERWARDS_MS);
    });
    // The server's ticket for a next session comes when it has accepted this one.
    socket.on('session', () => isSecure && late());
    socket.resume();
  });
}

/** Types of TLS records and handshake messages (RFC 8446, B.3 and B.1). */
const [ALERT, HANDSHAKE, CERTIFICATE_REQUEST] = [21, 22, 13];

function outcomeOf(isDone: boolean, isOver: boolean, beginning: Buffer): TlsTalk['outcome'] {
  if (isDone) return 'spoken';
  if (beginning.length === 0) return isOver ? 'refused' : 'silent';
  const isRecord = (beginning[0] === HANDSHAKE || beginning[0] === ALERT) && (beginning[1] ?? 3) === 3;
  return isRecord ? 'refused' : 'not TLS';
}

/**
 * Whether the server asked for a certificate of the client's, as far as the first bytes tell. Up to
 * TLS 1.2 they are in the clear; in TLS 1.3 they are not, and nothing is found.
 */
function askedIn12(bytes: Buffer): 'none' | 'asked for' {
  const messages: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length && bytes[at] === HANDSHAKE;) {
    const length = bytes.readUInt16BE(at + 3);
    messages.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  const all = Buffer.concat(messages);
  for (let at = 0; at + 4 <= all.length; at += 4 + all.readUIntBE(at + 1, 3)) {
    if (all[at] === CERTIFICATE_REQUEST) return 'asked for';
  }
  return 'none';
}

/** The first line of some bytes, without what nobody can read: at most 80 characters. */
export function firstLine(bytes: Buffer): string {
  const [line = ''] = bytes.toString('latin1', 0, 400).split(/\r?\n/);
  return line
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 80);
}

function chainOf(first: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let each: DetailedPeerCertificate | undefined = first;
  while (each?.raw && chain.length < MOST_CHAIN) {
    chain.push(each);
    const next: DetailedPeerCertificate | undefined = each.issuerCertificate;
    // The last certificate of a chain is its own issuer.
    each = chain.some(({ fingerprint256 }) => fingerprint256 === next?.fingerprint256) ? undefined : next;
  }
  return chain;
}

function certificateOf(of: DetailedPeerCertificate): Certificate {
  return {
    subject: nameOf(of.subject),
    issuer: nameOf(of.issuer),
    names: of.subjectaltname ?? '',
    validFrom: Date.parse(of.valid_from),
    validTo: Date.parse(of.valid_to),
  };
}

/** The common name of a subject, or all that it has. Each part may stand there several times. */
function nameOf(subject: object | undefined): string {
  const parts = Object.entries(subject ?? {}).map(([key, value]) => [key, String(value)] as const);
  return parts.find(([key]) => key === 'CN')?.[1] ?? parts.map(([key, value]) => `${key}=${value}`).join(', ');
}

async function isFor(expected: string | undefined, leaf: DetailedPeerCertificate | undefined): Promise<boolean> {
  if (expected === undefined || leaf === undefined) return true;
  const { checkServerIdentity } = await import('node:tls');
  return checkServerIdentity(expected, leaf) === undefined;
}
