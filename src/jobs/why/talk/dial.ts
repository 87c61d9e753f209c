import { constants } from 'node:os';
import { Duplex } from 'node:stream';
import type { Relayed } from '../../../host/host.ts';

/** A connection that a relay makes, with what came first on it. */
export interface Dialed {
  readonly stream: Duplex;
  /** the first bytes that came, as they came: at most 16 KiB */
  beginning(): Buffer;
  /** the name of the error by which the connection failed or ended: "ECONNREFUSED" */
  error(): string | undefined;
  /** Ends the connection and its relay. */
  close(): void;
}

/** The most bytes that are kept of what came first. */
const MOST_KEPT = 16_384;

/** Joins the two streams of a relay into one, for code that takes a socket. */
export function dialed({ stdin, stdout, said, kill }: Relayed): Dialed {
  const kept: Buffer[] = [];
  let count = 0;
  const stream = new Duplex({
    read: () => void stdout.resume(),
    write: (piece, _, done) => void stdin.write(piece, () => done()),
    final: (done) => done(),
    destroy: (_, done) => {
      kill();
      done(null);
    },
  });
  stdout.on('data', (piece: Buffer) => {
    if (count < MOST_KEPT) kept.push(Buffer.from(piece));
    count += piece.length;
    if (!stream.push(piece)) stdout.pause();
  });
  stdout.once('close', () => stream.push(null));
  stream.on('error', () => undefined);
  return {
    stream,
    beginning: () => Buffer.concat(kept).subarray(0, MOST_KEPT),
    error: () => errorName(Number(said().trim() || 0)),
    close: () => void stream.destroy(),
  };
}

const errorName = (errno: number) => Object.entries(constants.errno).find(([, number]) => number === errno)?.[0];
