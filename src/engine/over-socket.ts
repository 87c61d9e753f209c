import { connect } from 'node:net';
import type { EngineAddress } from './address.ts';
import { parseContainer, parseContainerList } from './container.ts';
import type { Engine } from './engine.ts';
import { eventFilters, eventReader } from './events.ts';
import { bodyReader, logQuery, logReader } from './logs.ts';
import { parseNetwork } from './network.ts';
import { answered, isNoSuchContainer, noAnswer, PATIENCE_MS, unreachable } from './errors.ts';

type UnixAddress = Extract<EngineAddress, { kind: 'unix' }>;

/**
 * The engine behind a unix socket, by one GET over node:net. Every `dbg exec` pays for this way, and it is 2 ms;
 * dockerode in its place adds 13 ms of loading to each (npm run bench -- start).
 */
export function overSocket(address: UnixAddress): Engine {
  return {
    address,
    inspect: async (ref) => {
      const answer = await get(address, `/containers/${ref}/json`);
      return isNoSuchContainer(answer) ? undefined : parseContainer(answered(address, answer));
    },
    watch: (id, hear) => listen(address, '/events', eventFilters(id), eventReader(hear)),
    logs: ({ id, hasTty }, hear, since) =>
      listen(address, `/containers/${id}/logs`, queryOf(logQuery(since)), bodyReader(logReader(hasTty, hear))),
    network: async (ref) => parseNetwork(answered(address, await get(address, `/networks/${encodeURIComponent(ref)}`))),
    list: async () => parseContainerList(answered(address, await get(address, '/containers/json?all=1'))),
  };
}

const queryOf = (query: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));

/** An answer that does not end by itself, in pieces as they come, until the function it gives back is called. */
function listen(
  address: UnixAddress,
  path: string,
  query: Readonly<Record<string, string>>,
  hear: (piece: Buffer) => void,
): () => void {
  const socket = connect(address.path);
  socket.on('error', () => undefined);
  socket.on('data', hear);
  socket.write(request(`${path}?${new URLSearchParams(query).toString()}`));
  return () => socket.destroy();
}

/**
 * One GET as HTTP/1.0: the answer is then neither chunked nor kept alive, it ends where the connection ends. A path
 * without a version means the newest API of the engine.
 */
function get(address: UnixAddress, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const socket = connect(address.path);
    const fail = (error: Error) => {
      clearTimeout(deadline);
      socket.destroy();
      reject(unreachable(address, error));
    };
    const deadline = setTimeout(() => fail(noAnswer()), PATIENCE_MS);
    socket.on('error', fail);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BYTES) fail(new Error(`its answer is larger than ${MOST_BYTES / 1e6} MB`));
    });
    socket.on('end', () => {
      clearTimeout(deadline);
      const answer = parseAnswer(Buffer.concat(chunks).toString('utf8'));
      if (answer) resolve(answer);
      else fail(new Error('it does not speak HTTP'));
    });
    // Not end(): an engine may take the half-close for a client that has gone away.
    socket.write(request(path));
  });
}

const request = (path: string) => `GET ${path} HTTP/1.0\r\nHost: docker\r\n\r\n`;

// 10,000 containers are 15 MB of list.
const MOST_BYTES = 64e6;

function parseAnswer(answer: string): { status: number; body: string } | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
  const headersEnd = answer.indexOf('\r\n\r\n');
  return status === undefined || headersEnd < 0
    ? undefined
    : { status: Number(status), body: answer.slice(headersEnd + 4) };
}
