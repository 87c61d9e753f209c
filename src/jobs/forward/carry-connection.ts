import type { Socket } from 'node:net';
import { readBeforeFailure, LAST_BYTES_MS } from '../../api/wire/ends.ts';
import { errorCode, errorMessage } from '../../errors.ts';
import type { ForwardSide, HowItEnded } from './forward-messages.ts';

/** Hears what crosses a connection, after it was sent on. */
export interface FlowListener {
  client(piece: Buffer): void;
  server(piece: Buffer): void;
  clientEnd(): void;
  serverEnd(): void;
}

/** Bytes that have crossed: from the client, and to it. */
export interface Crossed {
  sent: number;
  received: number;
}

const CUT_OFF = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Joins two connections, both of which allow half-open ends. Each direction is closed by itself, no
 * side is read faster than the other one takes it, and a reset of one side becomes a reset of the
 * other. `over` is called once, when both are closed. Gives the function that cuts both off.
 */
export function carryConnection(
  client: Socket,
  server: Socket,
  flow: FlowListener | undefined,
  over: (crossed: Crossed, ended: HowItEnded) => void,
): () => void {
  const crossed: Crossed = { sent: 0, received: 0 };
  let ended: HowItEnded | undefined;
  let first: ForwardSide | undefined;
  let open = 2;
  const sides = [
    { side: 'client', socket: client, other: server },
    { side: 'server', socket: server, other: client },
  ] as const;
  for (const { side, socket, other } of sides) {
    // What a side has sent before it is gone is still read: the answer of a server that closes
    // while the client is still sending.
    readBeforeFailure(socket, LAST_BYTES_MS);
    socket.on('error', (error) => (ended ??= failureOf(side, error)));
    socket.on('close', (hadError: boolean) => {
      if (hadError) resetConnection(other);
      if (--open === 0) over(crossed, ended ?? { how: 'closed', by: first, why: undefined });
    });
    socket.on('drain', () => other.resume());
    socket.on('end', () => {
      whenNotReset(socket, () => {
        first ??= side;
        other.end();
        if (side === 'client') flow?.clientEnd();
        else flow?.serverEnd();
      });
    });
  }
  client.on('data', (piece: Buffer) => {
    crossed.sent += piece.length;
    server.write(piece);
    if (server.writableLength > MOST_WAITING) client.pause();
    flow?.client(piece);
  });
  server.on('data', (piece: Buffer) => {
    crossed.received += piece.length;
    client.write(piece);
    if (client.writableLength > MOST_WAITING) server.pause();
    flow?.server(piece);
  });
  return () => {
    ended ??= { how: 'cut', by: undefined, why: undefined };
    // What waits to be sent goes with them: whoever would take it is not waited for.
    for (const { socket } of sides) socket.destroy();
  };
}

/**
 * Calls back when a socket that has ended has only finished sending. One that was reset gives an
 * error instead.
 * libuv tells of an end, not of an error, when data and a reset have come since it looked last
 * (uv__stream_io: POLLHUP after a partial read). A write of no bytes tells the two apart: it fails
 * on a socket that was reset (net/ipv4/tcp.c, tcp_sendmsg_locked), and does nothing on another.
 * What waits to be written tells the same, and is not waited for.
 */
function whenNotReset(socket: Socket, act: () => void): void {
  if (!socket.writable || socket.writableLength > 0) return act();
  socket.write(NO_BYTES, (error) => {
    if (!error) act();
  });
}

/**
 * In bytes: when more waits to be written to one side, no more is read from the other. Node's own
 * mark (16 KiB) is less than one read, so each read would stop reading, and wait for the next turn
 * of the event loop.
 */
const MOST_WAITING = 512 * 1024;

const NO_BYTES = Buffer.alloc(0);

/** How a connection ended that one side's socket gave an error for. */
export function failureOf(by: ForwardSide, error: Error): HowItEnded {
  const code = errorCode(error) ?? '';
  if (CUT_OFF.has(code)) return { how: 'reset', by, why: undefined };
  return { how: code === 'ECONNREFUSED' ? 'refused' : 'failed', by, why: errorMessage(error) };
}

/**
 * Closes a connection by a reset (RST), so that its other end learns that it was cut off. What was
 * written to it before is sent first, if it is taken within 5 seconds. A unix socket has no reset:
 * it is closed.
 */
export function resetConnection(socket: Socket): void {
  if (socket.destroyed) return;
  const reset = () => {
    clearTimeout(timer);
    if (socket.destroyed) return;
    // Only TCP has an address of the other end.
    if (socket.remoteAddress === undefined) socket.destroy();
    else socket.resetAndDestroy();
  };
  const timer = setTimeout(reset, LAST_BYTES_MS);
  if (socket.writableLength === 0) return reset();
  socket
    .on('drain', reset)
    .on('close', () => clearTimeout(timer))
    .resume();
}
