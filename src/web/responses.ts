import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HEADERS } from './admission.ts';
import type { Viewer } from './event-stream.ts';

/** How long a browser has to take what was written last, when the page is closed. */
export const LAST_BYTES_MS = 500;

/** Does not say what was wrong, and reads no more of that connection. */
export function refuse(response: ServerResponse, status: 403 | 404): void {
  response.writeHead(status, { ...HEADERS, 'Content-Length': 0, Connection: 'close' });
  response.end();
}

export function sendJson(value: unknown, response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** Makes an answer a stream of events. `join` gives the function that ends it. */
export function sendEvents(join: (viewer: Viewer) => () => void, response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
  const leave = join({
    write: (text) => void response.write(text),
    waiting: () => response.writableLength,
    end: (text) => {
      response.end(text);
      setTimeout(() => response.destroy(), 10 * LAST_BYTES_MS).unref();
    },
  });
  response.on('close', leave);
}

/** How much work is done at once, in bytes. Then others get their turn. */
export const MOST_AT_ONCE = 512_000;

/** Sends a file, piece by piece, as fast as the reader takes it. */
export async function sendPieces(pieces: Iterable<string>, response: ServerResponse): Promise<void> {
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/octet-stream' });
  let work = 0;
  for (const piece of pieces) {
    if (response.destroyed) return;
    const isTaken = response.write(piece);
    work += piece.length;
    if (!isTaken) await takenBy(response);
    else if (work > MOST_AT_ONCE) await nextTurn();
    if (work > MOST_AT_ONCE) work = 0;
  }
  response.end();
}

/** Waits until a reader has taken what was written, or has gone. No listener stays behind. */
function takenBy(response: ServerResponse): Promise<void> {
  return new Promise((done) => {
    const over = () => {
      response.off('drain', over).off('close', over);
      done();
    };
    if (response.destroyed) over();
    else response.on('drain', over).on('close', over);
  });
}
