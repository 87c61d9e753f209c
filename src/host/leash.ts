import { connect, createServer, type Socket } from 'node:net';

/**
 * Between the person's dbg and the one that it started through sudo. The first cannot signal the second, which is root's, and
 * sudo hands on nothing that comes from its own process group. Nor does sudo end when its parent is killed. So the second holds a
 * connection to the first: a line on it is a signal, and its end is the end of the first, by whatever death.
 */
export interface Leash {
  /** the socket's name and a secret, to be given to the second dbg in its environment */
  readonly key: string;
  /** whether the second dbg has come to life */
  wasTaken(): boolean;
  send(signal: NodeJS.Signals): void;
  end(): void;
}

/** The variable by which the second dbg learns the key: an environment is read by its owner and root alone (proc(5), environ). */
export const LEASH_VARIABLE = 'DBG_LEASH';

/** The second dbg says the secret as soon as it is connected; whoever does not, so soon, is not the one. */
const PATIENCE_MS = 5_000;
const MOST_WAITING = 64;

/**
 * Opens one. The socket is an abstract one (unix(7)): no file to remove, and gone with the process. But it has no permissions
 * either, and /proc/net/unix tells everybody its name: the first to say the secret takes the leash, and nobody after it.
 */
export async function openLeash(patience = PATIENCE_MS): Promise<Leash> {
  // Loaded when it is needed: milliseconds that root's dbg, which opens none, need not pay.
  const { randomBytes, timingSafeEqual } = await import('node:crypto');
  const [name, secret] = [`dbg-leash-${randomBytes(16).toString('hex')}`, randomBytes(32).toString('hex')];
  const wanted = Buffer.from(`${secret}\n`);
  const waiting = new Set<Socket>();
  let taker: Socket | undefined;
  const stop = () => {
    server.close();
    waiting.forEach((socket) => socket.destroy());
  };
  const server = createServer((socket) => {
    const timer = setTimeout(() => socket.destroy(), patience);
    // The oldest makes room: the second dbg needs a moment only, and would not get in were strangers let to fill the places.
    if (waiting.size === MOST_WAITING) waiting.values().next().value?.destroy();
    waiting.add(socket);
    const leave = () => {
      clearTimeout(timer);
      waiting.delete(socket);
    };
    socket.on('error', () => undefined);
    socket.on('close', leave);
    const isSecret = (said: Buffer) => said.length === wanted.length && timingSafeEqual(said, wanted);
    whenSaid(wanted.length, isSecret, socket, () => {
      leave();
      taker = socket;
      stop();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen({ path: `\0${name}` }, resolve);
  });
  return {
    key: `${name}:${secret}`,
    wasTaken: () => taker !== undefined,
    send: (signal) => void taker?.write(`${signal}\n`),
    end: () => {
      taker?.destroy();
      stop();
    },
  };
}

/** Calls back when the secret's line, so long, is what a socket says first; closes it when anything else is. */
function whenSaid(length: number, isSecret: (said: Buffer) => boolean, socket: Socket, then: () => void): void {
  let said = Buffer.alloc(0);
  const listen = (chunk: Buffer) => {
    said = Buffer.concat([said, chunk]);
    if (said.length < length) return;
    socket.off('data', listen).resume();
    if (isSecret(said)) then();
    else socket.destroy();
  };
  socket.on('data', listen);
}

/** The second dbg's end: calls back for each signal, and when the first dbg is gone. Does not keep the process alive. */
export function followLeash(key: string, onSignal: (signal: NodeJS.Signals) => void, onGone: () => void): void {
  const [name, secret] = key.split(':');
  const socket = connect({ path: `\0${name}` });
  socket.write(`${secret}\n`);
  socket.on('data', (chunk) => {
    for (const line of chunk.toString().split('\n')) if (/^SIG\w+$/.test(line)) onSignal(line as NodeJS.Signals);
  });
  socket.on('error', () => undefined);
  socket.on('close', onGone);
  socket.unref();
}
