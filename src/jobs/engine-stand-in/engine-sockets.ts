import type { Socket } from 'node:net';
import type { Context } from '../../context.ts';
import {
  addressText,
  type EngineAddress,
  type SshAddress,
  sshHostWords,
  type TcpAddress,
  type UnixAddress,
} from '../../engine/address.ts';
import { DOCKER_SOCKET } from '../../engine/choice/parse-host.ts';
import { unreachable } from '../../engine/engine-errors.ts';
import { dialer } from '../../engine/ways/engine-dialer.ts';
import { DbgError } from '../../errors.ts';
import { shellLine, shellQuote } from '../../text.ts';
import { forwardBySsh } from './ssh-forward.ts';

/** Connections to an engine, for clients whose bytes are passed on as they are. */
export interface EngineSockets {
  connect(): Socket;
  /** Ends what brings the engine here, if anything does. */
  close(): Promise<void>;
}

/** Whether what clients say can be passed on as it is to an engine at that address. */
export const isPassable = (address: EngineAddress): address is UnixAddress | TcpAddress =>
  address.kind === 'unix' || (address.kind === 'tcp' && address.path === undefined);

/**
 * Gives connections to an engine. To one that is reached by ssh, ssh brings its socket here. An
 * engine that cannot be reached is reported before any client connects: one connection is made at
 * once. Throws a DbgError then, and for an engine to which bytes cannot be passed on.
 */
export async function engineSockets(
  ctx: Pick<Context, 'env' | 'host' | 'stderr'>,
  address: EngineAddress,
): Promise<EngineSockets> {
  if (address.kind === 'containerd') {
    throw new DbgError('dbg api stands before an engine of Docker or Podman, and containerd speaks another API');
  }
  if (address.kind !== 'ssh') return { connect: await connector(address), close: async () => undefined };
  const { path, said, close } = await forwardBySsh(ctx, address);
  const connect = await dialer({ kind: 'unix', path }, true);
  if (await answers(connect)) return { connect, close };
  await close();
  throw notForwarded(address, said());
}

async function connector(address: UnixAddress | TcpAddress): Promise<() => Socket> {
  if (address.kind === 'tcp' && address.path !== undefined) {
    throw new DbgError(
      `dbg api passes on what clients say as it is, and this engine wants ${address.path} before each path`,
      {
        next: [
          {
            what: 'let a client say it to the engine itself',
            command: `docker -H ${shellQuote(addressText(address))} …`,
          },
        ],
      },
    );
  }
  const connect = await dialer(address, true);
  await reach(address, connect);
  return connect;
}

function reach(address: UnixAddress | TcpAddress, connect: () => Socket): Promise<void> {
  return new Promise((done, fail) => {
    const socket = connect();
    socket.on('error', (error) => fail(unreachable(address, error)));
    socket.on(address.kind === 'tcp' && address.tls ? 'secureConnect' : 'connect', () => {
      socket.destroy();
      done();
    });
  });
}

/** An engine that hangs is said soon. */
const ANSWER_MS = 10_000;

/**
 * Whether an engine answers. ssh takes a connection here before it knows whether it may bring it
 * there, and whether there is an engine; then it closes the connection.
 */
function answers(connect: () => Socket): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect();
    const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
    socket.on('error', () => undefined);
    socket.on('data', () => done(true)).on('data', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      done(false);
    });
    socket.write('GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n');
  });
}

function notForwarded(to: SshAddress, said: string): DbgError {
  const reason = said.trim().split('\n').at(-1)!.trim();
  return new DbgError(`no engine answers through ssh to ${to.host}: ${reason || 'it says nothing'}`, {
    next: [
      {
        what: 'see the socket there',
        command: shellLine(['ssh', ...sshHostWords(to), `ls -l ${shellQuote(to.path ?? DOCKER_SOCKET)}`]),
      },
      { what: 'see whether sshd there forwards sockets', command: 'sudo sshd -T | grep -i forwarding' },
    ],
  });
}
