import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import Docker from 'dockerode';
import { readWhole } from '../../bounded-file.ts';
import { DbgError, errorMessage } from '../../errors.ts';
import type { EngineAddress, TlsFiles } from '../address.ts';
import type { Engine } from '../engine.ts';
import { overHttp } from './over-http.ts';
import type { Hearing, Query } from './way.ts';

/**
 * The engine at any address, by dockerode. All settings are given to dockerode, so that it does not
 * read the environment itself.
 */
export function overDockerode(address: EngineAddress): Engine {
  const { modem } = new Docker(destination(address));
  return overHttp(address, { ask: (path, query, hearing) => get(modem as Modem, path, query, hearing) });
}

/** dockerode's connection to the engine. Its own types leave it open. */
interface Modem {
  dial(options: object, answered: (error: Error | null, answer: IncomingMessage) => void): void;
}

/**
 * Makes one GET. dockerode's own calls would keep an answer of any length and parse whatever is in
 * it. So the answer is asked for as a stream, which comes in pieces. All statuses count as good, so
 * that the body of a refusal comes as a stream too.
 */
function get(modem: Modem, path: string, query: Query, { status, data, end }: Hearing): () => void {
  const ended = new AbortController();
  let isOver = false;
  let answering: IncomingMessage | undefined;
  const finish = (error?: Error) => {
    if (!isOver) end(error);
  };
  const how = { method: 'GET', isStream: true, statusCodes: ALL_GOOD, abortSignal: ended.signal };
  modem.dial({ ...how, path: `${path}?`, options: query }, (error, answer) => {
    if (error) return finish(error);
    answering = answer;
    answer.on('error', finish);
    answer.on('end', () => finish());
    answer.on('data', data);
    status(answer.statusCode ?? 0, (name) => {
      const value = answer.headers[name];
      return typeof value === 'string' ? value : undefined;
    });
  });
  return () => {
    isOver = true;
    // A request that has been answered is ended by its answer. To abort the request then would
    // raise an error on a socket without a listener, and that error would end dbg.
    if (answering) answering.destroy();
    else ended.abort();
  };
}

const ALL_GOOD = Object.fromEntries(Array.from({ length: 900 }, (_, at) => [at + 100, true]));

/** docker-modem also takes an agent, which its types do not say. */
type Destination = Docker.DockerOptions & { readonly agent: Agent };

function destination(address: EngineAddress): Destination {
  if (address.kind === 'unix')
    return { socketPath: address.path, agent: withoutRedirects(new Agent({ keepAlive: true })) };
  const { host, port, tls } = address;
  return tls
    ? { protocol: 'https', host, port, ...readTls(tls), agent: withoutRedirects(new TlsAgent({ keepAlive: true })) }
    : { protocol: 'http', host, port, agent: withoutRedirects(new Agent({ keepAlive: true })) };
}

/**
 * Makes docker-modem ignore redirects, as docker's CLI does: docker-modem would follow one to
 * wherever it leads. It decides by the header `location` alone. Every request passes the agent
 * before it is sent, so the agent can add the listener that removes the header before docker-modem
 * sees it.
 */
function withoutRedirects<T extends Agent>(agent: T): T {
  const own = agent as unknown as { addRequest(request: ClientRequest, ...rest: unknown[]): void };
  const addRequest = own.addRequest.bind(agent);
  own.addRequest = (request, ...rest) => {
    request.prependListener('response', ({ headers }: IncomingMessage) => delete headers.location);
    addRequest(request, ...rest);
  };
  return agent;
}

/** A chain of certificates is a few kB. All certificates that a system trusts are 250 kB. */
const MOST_PEM_BYTES = 1 << 20;

function readTls(tls: TlsFiles) {
  try {
    return Object.fromEntries(Object.entries(tls).map(([name, path]) => [name, readWhole(path, MOST_PEM_BYTES)]));
  } catch (cause) {
    throw new DbgError(`the engine's TLS certificates cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'say where they are', command: 'export DOCKER_CERT_PATH=…' }],
    });
  }
}
