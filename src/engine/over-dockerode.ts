import { readFileSync } from 'node:fs';
import Docker from 'dockerode';
import { DbgError, errorMessage } from '../errors.ts';
import type { EngineAddress, TlsFiles } from './address.ts';
import { parseContainer, parseContainerList } from './container.ts';
import type { Engine } from './engine.ts';
import { isNoSuchContainer, PATIENCE_MS, refused, unreachable } from './errors.ts';

/** The engine at any address, by dockerode. It is told everything, so that it does not read the environment itself. */
export function overDockerode(address: EngineAddress): Engine {
  const docker = new Docker({ ...destination(address), timeout: PATIENCE_MS });
  return {
    address,
    inspect: async (ref) => {
      const answer = await asked(address, docker.getContainer(ref).inspect());
      return answer === undefined ? undefined : parseContainer(answer);
    },
    list: async () => parseContainerList(await asked(address, docker.listContainers({ all: true }))),
  };
}

function destination(address: EngineAddress): Docker.DockerOptions {
  if (address.kind === 'unix') return { socketPath: address.path };
  const { host, port, tls } = address;
  return tls ? { protocol: 'https', host, port, ...readTls(tls) } : { protocol: 'http', host, port };
}

function readTls(tls: TlsFiles) {
  try {
    return { ca: readFileSync(tls.ca), cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
  } catch (cause) {
    throw new DbgError(`the engine's TLS certificates cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'say where they are', command: 'export DOCKER_CERT_PATH=…' }],
    });
  }
}

/** Turns what docker-modem rejects with into dbg's errors; undefined for "no such container". */
async function asked<T>(address: EngineAddress, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    // docker-modem puts the HTTP status on its error; without one nothing was answered.
    const { statusCode, json } = error as { statusCode?: number; json?: { message?: string } };
    if (statusCode === undefined) throw unreachable(address, error);
    if (isNoSuchContainer(statusCode)) return undefined;
    throw refused(address, statusCode, json?.message ?? errorMessage(error));
  }
}
