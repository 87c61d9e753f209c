import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Between the person's dbg and the one that it started through sudo. The first cannot signal the second, which is root's, and
 * sudo hands on nothing that comes from its own process group. Nor does sudo end when its parent is killed. So the second holds a
 * connection to the first: a line on it is a signal, and its end is the end of the first, by whatever death.
 */
export interface Leash {
  /** to be given to the second dbg in its environment */
  readonly name: string;
  /** whether the second dbg has come to life */
  wasTaken(): boolean;
  send(signal: NodeJS.Signals): void;
  end(): void;
}

/** The variable by which the second dbg learns the name. */
export const LEASH_VARIABLE = 'DBG_LEASH';

/** Opens one. The socket is an abstract one (unix(7)): no file to remove, and gone with the process. */
export async function openLeash(pid: number): Promise<Leash> {
  const name = `dbg-leash-${pid}-${Math.random().toString(36).slice(2)}`;
  const held = new Set<Socket>();
  let taken = false;
  const server: Server = createServer((socket) => {
    taken = true;
    held.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => held.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen({ path: `\0${name}` }, resolve);
  });
  return {
    name,
    wasTaken: () => taken,
    send: (signal) => held.forEach((socket) => socket.write(`${signal}\n`)),
    end: () => {
      held.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

/** The second dbg's end: calls back for each signal, and when the first dbg is gone. Does not keep the process alive. */
export function followLeash(name: string, onSignal: (signal: NodeJS.Signals) => void, onGone: () => void): void {
  const socket = connect({ path: `\0${name}` });
  socket.on('data', (chunk) => {
    for (const line of chunk.toString().split('\n')) if (/^SIG\w+$/.test(line)) onSignal(line as NodeJS.Signals);
  });
  socket.on('error', () => undefined);
  socket.on('close', onGone);
  socket.unref();
}
