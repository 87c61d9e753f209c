import { connect as connectSocket, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { readWhole } from '../../bounded-file.ts';
import { DbgError, errorMessage } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import type { TcpAddress, TlsFiles, UnixAddress } from '../address.ts';

/**
 * Gives a function that connects to an engine. The TLS certificates are read once, here. Throws a
 * DbgError where they cannot be read.
 * @param allowHalfOpen whether each direction of a connection is closed by itself
 */
export async function dialer(address: UnixAddress | TcpAddress, allowHalfOpen: boolean): Promise<() => Socket> {
  if (address.kind === 'unix') return () => connectSocket({ path: address.path, allowHalfOpen });
  const { host, port, tls } = address;
  if (!tls) return () => connectSocket({ host, port, allowHalfOpen, noDelay: true });
  const options = tlsOptions(tls);
  const { connect: connectTls } = await import('node:tls');
  // Node's types do not know that this takes allowHalfOpen, as net.connect does.
  const dialed = { ...options, host, port, ALPNProtocols: ['http/1.1'], allowHalfOpen } as ConnectionOptions;
  return () => connectTls(dialed);
}

/**
 * A limit for one file of certificates. A chain is a few kB; all that a system trusts is 250 kB.
 */
const MOST_PEM_BYTES = 1 << 20;

function tlsOptions({ ca, cert, key, acceptsAny }: TlsFiles): ConnectionOptions {
  const authorities = ca === undefined ? systemAuthorities() : readPem('CA certificate', ca);
  // A certificate without its key is of no use, but a file that was named has to be there.
  const own = {
    ...(cert !== undefined && { cert: readPem('certificate', cert) }),
    ...(key !== undefined && { key: readPem('key', key) }),
  };
  return {
    ...(authorities !== undefined && { ca: authorities }),
    ...(own.cert && own.key && own),
    ...(acceptsAny && { rejectUnauthorized: false }),
  };
}

function readPem(what: string, path: string): Buffer {
  let text: Buffer;
  try {
    text = readWhole(path, MOST_PEM_BYTES);
  } catch (cause) {
    throw new DbgError(`the engine's TLS certificates cannot be read (the ${what}): ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'say in which folder ca.pem, cert.pem and key.pem are', command: 'export DOCKER_CERT_PATH=…' }],
    });
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new DbgError(`the engine's TLS certificates cannot be read: the ${what} is not PEM: ${path}`, {
    next: [{ what: 'look at it', command: `head -n 3 ${shellQuote(path)}` }],
  });
}

/**
 * The certificates that this system trusts; undefined where they are not found: Node then takes its
 * own. docker's CLI goes by the system's, which may have a company's CA
 * (crypto/x509/root_linux.go).
 */
function systemAuthorities(): Buffer | undefined {
  for (const path of SYSTEM_BUNDLES) {
    try {
      return readWhole(path, MOST_PEM_BYTES);
    } catch {
      // another distribution has it elsewhere
    }
  }
  return undefined;
}

const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
