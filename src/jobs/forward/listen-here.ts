import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { lchownSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { cannotListen, listen, type Listen, type Listening } from '../../api/wire/listener.ts';
import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import type { Held } from '../../host/host.ts';
import { personAsked } from '../../host/who-asked.ts';
import { shellQuote } from '../../text.ts';
import SWEEP from '../engine-stand-in/sweep.sh';
import type { ListenPlace } from './forward-wish.ts';

/** A TCP port or a unix socket of this host on which dbg listens. */
export interface ListeningHere {
  /** as it was wished, with the port that the kernel gave where any was wished */
  readonly at: ListenPlace;
  /** Calls back with each connection, of which nothing has been read. */
  onConnection(listener: (client: Socket) => void): void;
  /** Stops listening, and removes the socket's file. */
  close(): Promise<void>;
}

/**
 * Listens for connections. Throws a DbgError where that cannot be. The file of a unix socket is
 * removed however dbg ends.
 * @param again the command line for another port
 */
export async function listenHere(ctx: Context, place: ListenPlace, again: string): Promise<ListeningHere> {
  const at: Listen =
    place.kind === 'path'
      ? { kind: 'unix', path: place.path }
      : { kind: 'tcp', host: place.address, port: place.listen };
  if (place.kind === 'path') refuseOthersFolder(ctx, place.path);
  const { listening, sweeper } = await listenOn(ctx, at, again);
  return {
    at: listening.at.kind === 'tcp' ? ({ ...place, listen: listening.at.port } as ListenPlace) : place,
    onConnection: (listener) => void listening.server.on('connection', listener),
    close: async () => {
      await listening.close(0);
      sweeper?.release();
      await sweeper?.ended;
    },
  };
}

async function listenOn(
  ctx: Context,
  at: Listen,
  again: string,
): Promise<{ readonly listening: Listening; readonly sweeper: Held | undefined }> {
  try {
    const listening = await listen(at, undefined, { pauseOnConnect: true });
    const isPath = at.kind === 'unix';
    // Nobody but the owner may use the socket: that is the person who asked.
    const person = personAsked(ctx);
    if (isPath && person) lchownSync(at.path, person.uid, person.gid);
    return {
      listening,
      sweeper: isPath ? ctx.host.hold(['sh', '-c', SWEEP, 'dbg-sweep', at.path, '', '', '']) : undefined,
    };
  } catch (error) {
    if (!(error instanceof DbgError)) throw error;
    throw new DbgError(error.message, { next: [...error.next, { what: 'elsewhere', command: again }], cause: error });
  }
}

/** Whoever can replace the socket would get what is meant for the container. */
function refuseOthersFolder({ host, env }: Context, path: string): void {
  let isOthers: boolean;
  try {
    isOthers = host.isOthers(dirname(path), personAsked({ env, host }));
  } catch (cause) {
    throw cannotListen({ kind: 'unix', path }, cause);
  }
  if (!isOthers) return;
  throw new DbgError(`others could put a socket of theirs in the place of ${path}`, {
    next: [{ what: 'see who may change the folders on the way', command: `namei -l ${shellQuote(dirname(path))}` }],
  });
}

/**
 * Binds a UDP port of this host. Throws a DbgError where that cannot be. Datagrams that come before
 * the socket is handed on are dropped.
 */
export async function bindHere(address: string, port: number, again: string): Promise<DatagramSocket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', () => undefined);
  try {
    await new Promise<void>((done, fail) => {
      socket.once('error', fail);
      socket.bind({ address, port }, () => done());
    });
  } catch (cause) {
    const error = cannotListen({ kind: 'tcp', host: address, port }, cause) as DbgError;
    const next = [
      { what: 'see who it is', command: `ss -lunp 'sport = :${port}'` },
      { what: 'elsewhere', command: again },
    ];
    throw new DbgError(error.message, { cause, next });
  }
  socket.on('error', () => undefined);
  return socket;
}
