import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import { personAsked } from '../../host/who-asked.ts';
import type { FromForwarder, InsidePlace } from './forward-messages.ts';
import type { ForwardWish, WishedPort } from './forward-wish.ts';
import { bindHere, listenHere, type ListeningHere } from './listen-here.ts';
import { type Forwarder, NOBODY, startForwarder } from './start-forwarder.ts';

type FromInside = Extract<FromForwarder, { tell: 'accepted' | 'bound' }>;

/** The end of a forward on this host: it listens here or, with --reverse, connects here. */
export interface Outside {
  /** where the forwarder in the container is to listen; empty without --reverse */
  readonly insidePlaces: readonly InsidePlace[];
  /** Gives a forwarder in the container what it needs besides connections: the UDP sockets. */
  handTo(forwarder: Forwarder): Promise<void>;
  /** Takes what a forwarder in the container has accepted. */
  fromInside(message: FromInside, handle: Socket | DatagramSocket | undefined, nextId: () => number): void;
  /**
   * Called when the container has ended: its forwarder gets no more, and the UDP ports are held.
   */
  containerEnded(forwarder: Forwarder | undefined): Promise<void>;
  /** the wished ports as they became; `listens`: the ports on which the container listens */
  portsWith(listens: readonly number[]): readonly WishedPort[];
  close(): Promise<void>;
}

interface OutsideListener {
  connection(port: number, client: Socket): void;
  heard(message: FromForwarder): void;
  /** it cannot go on */
  lost(error: DbgError): void;
}

/** Opens this host's end. Throws a DbgError when dbg cannot listen. */
export const openOutside = (
  ctx: Context,
  wish: ForwardWish,
  again: string,
  listener: OutsideListener,
): Promise<Outside> =>
  wish.isReverse ? connectingHere(ctx, wish, listener) : listeningHere(ctx, wish, again, listener);

async function listeningHere(
  ctx: Context,
  { ports }: ForwardWish,
  again: string,
  listener: OutsideListener,
): Promise<Outside> {
  const listening: ListeningHere[] = [];
  const became: WishedPort[] = [];
  /** UDP sockets that no forwarder has: what comes meanwhile is dropped */
  const held = new Map<number, DatagramSocket>();
  const bind = async (port: number) => {
    const { at } = became[port]!;
    if (at.kind === 'port') held.set(port, await bindHere(at.address, at.listen, again));
  };
  const close = async () => {
    held.forEach((socket) => socket.close());
    held.clear();
    await Promise.all(listening.map((each) => each.close()));
  };
  try {
    for (const [port, wished] of ports.entries()) {
      became.push(wished);
      if (wished.protocol === 'udp') {
        await bind(port);
        const at = { ...wished.at, listen: held.get(port)!.address().port } as WishedPort['at'];
        became[port] = { ...wished, at };
      } else {
        const each = await listenHere(ctx, wished.at, again);
        listening.push(each);
        became[port] = { ...wished, at: each.at };
        each.onConnection((client) => listener.connection(port, client));
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  const udp = () => [...became.keys()].filter((port) => became[port]!.protocol === 'udp');
  return {
    insidePlaces: [],
    handTo: async (forwarder) => {
      for (const port of udp()) {
        if (!held.has(port)) await bind(port);
        const socket = held.get(port)!;
        held.delete(port);
        forwarder.send({ tell: 'datagrams', port, to: became[port]!.to }, socket);
      }
    },
    fromInside: () => undefined,
    containerEnded: async (forwarder) => {
      if (udp().length > 0) await forwarder?.release();
      for (const port of udp()) if (!held.has(port)) await bind(port);
    },
    portsWith: () => became,
    close,
  };
}

async function connectingHere(
  ctx: Context,
  { ports, shows }: ForwardWish,
  listener: OutsideListener,
): Promise<Outside> {
  // A unix socket is for those who may use it: the person who asked, or root.
  const isForPerson = ports.some(({ to }) => to.kind === 'path');
  const ids = isForPerson ? personAsked(ctx) : NOBODY;
  const connecting = await startForwarder(ctx, { target: undefined, listen: [], ids, shows }, (message) =>
    listener.heard(message),
  );
  let isOver = false;
  void connecting.ended.then(({ said }) => {
    if (!isOver) listener.lost(new DbgError(`what carries the connections ended: ${said}`));
  });
  return {
    insidePlaces: ports.map(({ protocol, at }, port) => {
      if (at.kind === 'path') throw new DbgError('with --reverse, a unix socket would be a file in the container');
      return { port, protocol, address: at.address, listen: at.listen };
    }),
    handTo: async () => undefined,
    fromInside: (message, handle, nextId) => {
      const { to } = ports[message.port]!;
      if (message.tell === 'bound') connecting.send({ tell: 'datagrams', port: message.port, to }, handle);
      else connecting.send({ tell: 'client', id: nextId(), port: message.port, to }, handle);
    },
    // The sockets of the network that is gone lead nowhere any more.
    containerEnded: () => connecting.release(),
    portsWith: (listens) =>
      ports.map((wished, port) => ({ ...wished, at: { ...wished.at, listen: listens[port]! } as WishedPort['at'] })),
    close: async () => {
      isOver = true;
      await connecting.stop();
    },
  };
}
