import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import Docker from 'dockerode';
import { DbgError, errorCode } from '../../errors.ts';
import { type Client, type EngineAddress, hostAndPort, type RequestForm } from '../address.ts';
import type { Engine } from '../engine.ts';
import { overHttp } from './over-http.ts';
import { pathOf } from './request-target.ts';
import { type Hearing, type Query, waitFor } from './way.ts';

/** Connects to an engine. It calls back with the connection, or with the error. */
export type Dial = (dialed: (error: Error | null, connection?: Duplex) => void) => void;

/** The engine behind any connection, by dockerode. */
export function overDockerode(address: EngineAddress, form: RequestForm, dial: Dial, client?: Client): Engine {
  const modem = modemOver(address, form, dial);
  const ask = (path: string, query: Query, hearing: Hearing) => get(modem, pathOf(address, form, path), query, hearing);
  return overHttp(address, { ask }, { client });
}

/**
 * dockerode's connection to an engine. Connections are made by dbg itself: docker-modem leaves out
 * the path and the user of an address, `https://`, and what a docker context holds, and its ssh
 * accepts any host key. They are kept for the next request, and do not keep dbg from ending.
 */
export function modemOver(address: EngineAddress, form: RequestForm, dial: Dial): Modem {
  const agent = withoutRedirects(new Agent({ keepAlive: true }));
  // Node calls it with the options of the request, and takes the connection by the callback.
  agent.createConnection = (_, dialed) => {
    dial((error, connection) => dialed?.(error, connection!));
    return undefined;
  };
  const host = address.kind === 'tcp' ? hostAndPort(address) : 'docker';
  // With the path of a socket, docker-modem parses no address: its way to do that makes Node 24
  // warn (DEP0169). The agent connects, so the path leads nowhere.
  const options = { socketPath: '/dev/null', agent, headers: { ...form.headers, Host: host } };
  return new Docker(options).modem as Modem;
}

/** dockerode's connection to the engine. Its own types leave it open. */
export interface Modem {
  /** With `hijack`, the answer is the connection itself. */
  dial(options: object, answered: (error: Error | null, answer: IncomingMessage) => void): void;
}

/**
 * Makes one GET, and tells its answer. The function that it gives back ends it. dockerode's own
 * calls would keep an answer of any length and parse whatever is in it. So the answer is asked for
 * as a stream, which comes in pieces. All statuses count as good, so that the body of a refusal
 * comes as a stream too.
 */
function get(modem: Modem, path: string, query: Query, hearing: Hearing): () => void {
  const { status, data, end } = hearing;
  const ended = new AbortController();
  let isOver = false;
  let answering: IncomingMessage | undefined;
  const finish = (error?: Error) => {
    if (isOver) return;
    isOver = true;
    end(error);
  };
  const how = { method: 'GET', isStream: true, statusCodes: ALL_GOOD, abortSignal: ended.signal };
  modem.dial({ ...how, path: `${path}?`, options: query }, (error, answer) => {
    if (error) return finish(notHttp(error) ?? error);
    answering = answer;
    answer.on('error', finish);
    answer.on('end', () => finish(answer.complete ? undefined : new Error('its answer broke off')));
    answer.on('data', (piece: Buffer) => {
      if (isOver) return;
      data(piece);
      waitFor(hearing, answer);
    });
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

/** docker-modem's words for: every status is an answer. */
export const ALL_GOOD = Object.fromEntries(Array.from({ length: 900 }, (_, at) => [at + 100, true]));

/**
 * Makes docker-modem ignore redirects, as docker's CLI does: docker-modem would follow one to
 * wherever it leads. It decides by the header `location` alone. Every request passes the agent
 * before it is sent, so the agent can add the listener that removes the header before docker-modem
 * sees it.
 */
function withoutRedirects(agent: Agent): Agent {
  const own = agent as unknown as { addRequest(request: ClientRequest, ...rest: unknown[]): void };
  const addRequest = own.addRequest.bind(agent);
  own.addRequest = (request, ...rest) => {
    request.prependListener('response', ({ headers }: IncomingMessage) => delete headers.location);
    addRequest(request, ...rest);
  };
  return agent;
}

/** Node's HTTP parser names what it does not understand by codes that begin with HPE_. */
function notHttp(error: Error): Error | undefined {
  if (error instanceof DbgError || !errorCode(error)?.startsWith('HPE_')) return undefined;
  return new Error('it does not speak HTTP', { cause: error });
}
