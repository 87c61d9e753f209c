import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readWhole } from '../../bounded-file.ts';
import { DbgError, errorMessage } from '../../errors.ts';
import type { EngineAddress } from '../../engine/address.ts';

/**
 * Gives a function that connects to an engine. Each direction of a connection is closed by itself.
 * The TLS certificates are read once, here. Throws a DbgError where they cannot be read.
 */
export function connector(address: EngineAddress): () => Socket {
  if (address.kind === 'unix') return () => connectSocket({ path: address.path, allowHalfOpen: true });
  const { host, port, tls } = address;
  if (!tls) return () => connectSocket({ host, port, allowHalfOpen: true, noDelay: true });
  const files = Object.fromEntries(Object.entries(tls).map(([name, path]) => [name, readPem(path)]));
  return () => connectTls({ host, port, ...files, ALPNProtocols: ['http/1.1'], allowHalfOpen: true } as object);
}

/**
 * A limit for one file of certificates. A chain is a few kB; all that a system trusts is 250 kB.
 */
const MOST_PEM_BYTES = 1 << 20;

function readPem(path: string): Buffer {
  try {
    return readWhole(path, MOST_PEM_BYTES);
  } catch (cause) {
    throw new DbgError(`the engine's TLS certificates cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'say where they are', command: 'export DOCKER_CERT_PATH=…' }],
    });
  }
}
