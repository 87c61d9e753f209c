import { connect } from 'node:net';
import { type Client, PLAIN_FORM, type RequestForm, type UnixAddress } from '../address.ts';
import type { Engine } from '../engine.ts';
import { overHttp } from './over-http.ts';
import { requestTarget } from './request-target.ts';
import { type Hearing, waitFor } from './way.ts';

/**
 * The engine behind a unix socket, by one GET over node:net. Every `dbg exec` pays for this way: it
 * takes 2 ms. node:http would take 11 ms more to load each time (npm run bench -- start).
 */
export function overSocket(address: UnixAddress, form: RequestForm = PLAIN_FORM, client?: Client): Engine {
  const lines = Object.entries({ Host: 'docker', ...form.headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const ask = (target: string, hearing: Hearing) =>
    get(address, `GET ${target} HTTP/1.0\r\n${lines.join('')}\r\n`, hearing);
  return overHttp(
    address,
    { ask: (path, query, hearing) => ask(requestTarget(address, form, path, query), hearing) },
    { client },
  );
}

/**
 * Sends one request of HTTP/1.0, in which the values of headers are Latin-1: the answer is then
 * neither chunked nor kept alive, and ends with the connection.
 */
function get({ path }: UnixAddress, request: string, hearing: Hearing): () => void {
  const { status, data, end } = hearing;
  const socket = connect(path);
  const stop = () => {
    socket.removeAllListeners().on('error', () => undefined);
    socket.destroy();
  };
  const fail = (message: string) => {
    stop();
    end(new Error(message));
  };
  let head: Buffer | undefined = Buffer.alloc(0);
  socket.on('error', (error) => end(error));
  socket.on('data', (piece) => {
    if (head === undefined) {
      data(piece);
      return waitFor(hearing, socket);
    }
    head = Buffer.concat([head, piece]);
    const headEnd = head.indexOf('\r\n\r\n');
    if (headEnd < 0) return head.length > MOST_HEAD_BYTES ? fail('it does not speak HTTP') : undefined;
    const headText = head.toString('latin1', 0, headEnd);
    const code = /^HTTP\/1\.[01] (\d{3})/.exec(headText)?.[1];
    if (code === undefined) return fail('it does not speak HTTP');
    const body = head.subarray(headEnd + 4);
    head = undefined;
    status(Number(code), (name) => headerIn(headText, name));
    if (body.length > 0) data(body);
    waitFor(hearing, socket);
  });
  socket.on('end', () => (head === undefined ? end() : fail('it does not speak HTTP')));
  // end() would close the client's half, which an engine may take for a client that has gone away.
  socket.write(request, 'latin1');
  return stop;
}

/**
 * The first header of that name, given in lower case. The case of names in the answer does not
 * count (RFC 9110, 5.1).
 */
function headerIn(head: string, name: string): string | undefined {
  const line = head.split('\r\n').find((each) => each.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

/**
 * Node's own limit for the headers of an answer is 16 kB, so this is more than any engine sends.
 */
const MOST_HEAD_BYTES = 65_536;
