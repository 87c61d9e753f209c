import { readFileSync } from 'node:fs';
import Docker from 'dockerode';
import { DbgError, errorMessage } from '../errors.ts';
import type { EngineAddress, TlsFiles } from './address.ts';
import { eventFilters, eventReader } from './events.ts';
import { parseContainer, parseContainerList } from './container.ts';
import type { Engine } from './engine.ts';
import { logQuery, logReader } from './logs.ts';
import { parseNetwork } from './network.ts';
import { type Answer, isNoSuchContainer, noAnswer, PATIENCE_MS, refused, unreachable } from './errors.ts';

/** The engine at any address, by dockerode. It is told everything, so that it does not read the environment itself. */
export function overDockerode(address: EngineAddress): Engine {
  const docker = new Docker(destination(address));
  return {
    address,
    inspect: async (ref) => {
      const answer = await asked(address, unlessMissing(docker.getContainer(ref).inspect()));
      return answer === undefined ? undefined : parseContainer(answer);
    },
    watch: (id, hear) => {
      const ended = new AbortController();
      docker
        .getEvents({ ...eventFilters(id), abortSignal: ended.signal })
        .then((stream) => stream.on('error', () => undefined).on('data', eventReader(hear)))
        .catch(() => undefined);
      return () => ended.abort();
    },
    logs: ({ id, hasTty }, hear, since) => {
      const ended = new AbortController();
      docker
        .getContainer(id)
        .logs({ ...logQuery(since), follow: true, abortSignal: ended.signal })
        .then((stream) => stream.on('error', () => undefined).on('data', logReader(hasTty, hear)))
        .catch(() => undefined);
      return () => ended.abort();
    },
    network: async (ref) => parseNetwork(await asked(address, docker.getNetwork(ref).inspect())),
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
    return Object.fromEntries(Object.entries(tls).map(([name, path]) => [name, readFileSync(path)]));
  } catch (cause) {
    throw new DbgError(`the engine's TLS certificates cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'say where they are', command: 'export DOCKER_CERT_PATH=…' }],
    });
  }
}

// What docker-modem rejects with: the HTTP status and the engine's JSON; without a status nothing was answered.
interface ModemError {
  readonly statusCode?: number;
  readonly json?: unknown;
}

/** Waits for an answer, but not for ever: one that breaks off never settles in docker-modem. */
async function asked<T>(address: EngineAddress, answer: Promise<T>): Promise<T> {
  let deadline: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => reject(noAnswer()), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, patience]);
  } catch (error) {
    const answered = answerOf(error);
    throw answered ? refused(address, answered.status, errorMessage(error)) : unreachable(address, error);
  } finally {
    clearTimeout(deadline);
  }
}

/** The answer to an inspect; undefined when there is no such container. */
async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const answered = answerOf(error);
    if (answered && isNoSuchContainer(answered)) return undefined;
    throw error;
  }
}

function answerOf(error: unknown): Answer | undefined {
  const { statusCode, json } = error as ModemError;
  return statusCode === undefined ? undefined : { status: statusCode, body: JSON.stringify(json ?? null) };
}
