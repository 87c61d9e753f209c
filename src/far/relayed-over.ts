import { type Duplex, PassThrough } from 'node:stream';
import { frameReader } from '../engine/ways/frames.ts';
import type { Relayed } from '../host/host.ts';

/** How much is kept of what the container says on stderr, in characters. */
const MOST_SAID = 4096;

/** The attached streams of a container without a terminal, as those of a program. */
export function relayedOver(connection: Duplex): Relayed {
  const stdout = new PassThrough();
  let said = '';
  const hear = (data: Buffer) => void (said = (said + data.toString()).slice(-MOST_SAID));
  const read = frameReader((stream, data) => (stream === 1 ? void stdout.write(data) : hear(data)), hear);
  connection.on('data', (piece: Buffer) => {
    read(piece);
    if (!stdout.writableNeedDrain) return;
    connection.pause();
    stdout.once('drain', () => connection.resume());
  });
  const ended = new Promise<void>((resolve) => {
    connection.on('close', () => {
      stdout.end();
      resolve();
    });
  });
  connection.on('end', () => connection.destroy());
  connection.on('error', () => undefined);
  return {
    stdin: connection,
    stdout,
    said: () => said,
    ended,
    keepAwake: () => undefined,
    kill: () => void connection.destroy(),
  };
}
