import { connect } from 'node:net';
import type { EngineAddress } from './address.ts';
import { parseContainer, parseContainerList } from './container.ts';
import type { Engine } from './engine.ts';
import { answered, PATIENCE_MS, unreachable } from './errors.ts';

type UnixAddress = Extract<EngineAddress, { kind: 'unix' }>;

/**
 * The engine behind a unix socket, by one GET over node:net. Every `dbg exec` pays for this way, and it is 2 ms;
 * dockerode in its place adds 13 ms of loading to each (npm run bench -- start).
 */
export function overSocket(address: UnixAddress): Engine {
  return {
    address,
    inspect: async (ref) => {
      const body = answered(address, await get(address, `/containers/${ref}/json`));
      return body === undefined ? undefined : parseContainer(body);
    },
    list: async () => parseContainerList(answered(address, await get(address, '/containers/json?all=1'))),
  };
}

/**
 * One GET as HTTP/1.0: the answer is then neither chunked nor kept alive, it ends where the connection ends. A path
 * without a version means the newest API of the engine.
 */
function get(address: UnixAddress, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(address.path);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    socket.on('error', (error) => reject(unreachable(address, error)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      const answer = Buffer.concat(chunks).toString('utf8');
      const headersEnd = answer.indexOf('\r\n\r\n');
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
      if (status === undefined || headersEnd < 0) reject(unreachable(address, new Error('it does not speak HTTP')));
      else resolve({ status: Number(status), body: answer.slice(headersEnd + 4) });
    });
    // Not end(): an engine may take the half-close for a client that has gone away.
    socket.write(`GET ${path} HTTP/1.0\r\nHost: docker\r\n\r\n`);
  });
}
