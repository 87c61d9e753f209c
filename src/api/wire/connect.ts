import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readWhole } from '../../bounded-file.ts';
import { DbgError, errorMessage } from '../../errors.ts';
import type { EngineAddress } from '../../engine/address.ts';

/**
 * Gives a function that connects to an engine, each way to be closed by itself. Certificates are read once, here: throws a DbgError
 * where that cannot be done.
 */
export function connector(address: EngineAddress): () => Socket {
  if (address.kind === 'unix') return () => connectSocket({ path: address.path, allowHalfOpen: true });
  const { host, port, tls } = address;
  if (!tls) return () => connectSocket({ host, port, allowHalfOpen: true, noDelay: true });
  const files = Object.fromEntries(Object.entries(tls).map(([name, path]) => [name, readPem(path)]));
  return () => connectTls({ host, port, ...files, ALPNProtocols: ['http/1.1'], allowHalfOpen: true } as object);
}

/** A chain of certificates is a few kB; all that a system trusts, 250. */
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
