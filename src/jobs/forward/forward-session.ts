import type { Socket } from 'node:net';
import { connectInsideOf } from './connect-inside-of.ts';
import type { Context } from '../../context.ts';
import type { ContainerEvent } from '../../engine/engine-events.ts';
import { hasEnded, stillRuns, type Target } from '../../enter/target.ts';
import { DbgError, errorMessage } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { findTarget } from '../find-target.ts';
import { resetConnection } from './carry-connection.ts';
import { FIRST_DATAGRAM_ID, type EndedConnection, type FromForwarder } from './forward-messages.ts';
import type { ForwardWish, WishedPort } from './forward-wish.ts';
import { openOutside, type Outside } from './outside-end.ts';
import { type Forwarder, NOBODY, startForwarder } from './start-forwarder.ts';

/** What a forward tells, as it happens. `port` is the number of a wished port, from 0. */
export interface ForwardListener {
  opened(connection: Extract<FromForwarder, { tell: 'opened' }>): void;
  ended(id: number, connection: EndedConnection): void;
  flow(id: number, lines: readonly string[], leftOut: number): void;
  /** 127.0.0.1 refused a wished port, and this address answered. */
  by(port: number, address: string): void;
  /**
   * The container has ended, with so many connections; it runs again; dbg cannot go on as it was.
   */
  news(
    what: 'ended' | 'started' | 'lost' | 'down' | 'failed',
    details: { readonly count?: number; readonly why?: string },
  ): void;
}

/** A forward that is open. */
export interface OpenForward {
  /** the wished ports, with the port numbers that were given where any was wished */
  readonly ports: readonly WishedPort[];
  /** Resolves with the error that ends it: the container was removed. */
  readonly over: Promise<DbgError>;
  /** Cuts off what is open, and takes everything away. */
  stop(): Promise<void>;
}

/** A connection that ended so short before its container is said to have ended with it. */
const LAST_MS = 1000;
/** A forwarder that lives for less is not started again. */
const SHORT_LIFE_MS = 1000;

/**
 * Opens a forward to a container, and keeps it open from run to run. Throws a DbgError when dbg
 * cannot listen, or when the container cannot be entered.
 * @param again the command line that wishes other ports
 */
export async function openForward(
  ctx: Context,
  first: Target,
  wish: ForwardWish,
  again: string,
  listener: ForwardListener,
): Promise<OpenForward> {
  const { name, id: containerId } = first.container;
  const forwarders = new Set<Forwarder>();
  const open = new Set<number>();
  let justEnded: number[] = [];
  let target: Target | undefined = first;
  let current: Promise<Forwarder> | undefined;
  let isOver = false;
  let saidDown = false;
  let ids = 0;
  let end: (error: DbgError) => void;
  const over = new Promise<DbgError>((resolve) => (end = resolve));

  const outside: Outside = await openOutside(ctx, wish, again, {
    connection: (port, client) => void take(port, client),
    heard: (message) => hear(message),
    lost: (error) => end(error),
  });

  /** A forwarder counts its clients of UDP by itself. */
  const datagramIds = new Map<number, number>();
  const idOf = (id: number): number => {
    if (id < FIRST_DATAGRAM_ID) return id;
    const known = datagramIds.get(id) ?? ++ids;
    datagramIds.set(id, known);
    return known;
  };

  function hear(told: FromForwarder): void {
    const message = 'id' in told ? { ...told, id: idOf(told.id) } : told;
    if (told.tell === 'ended') datagramIds.delete(told.id);
    switch (message.tell) {
      case 'opened':
        open.add(message.id);
        return listener.opened(message);
      case 'ended': {
        const { tell: _, id, ...connection } = message;
        if (open.delete(id)) justEnded = [...justEnded.filter((time) => time > ctx.clock() - LAST_MS), ctx.clock()];
        return listener.ended(id, connection);
      }
      case 'flow':
        return listener.flow(message.id, message.lines, message.leftOut);
      case 'by':
        return listener.by(message.port, message.address);
      default:
    }
  }

  /** Starts the forwarder in the container's present network. */
  async function begin(now: Target): Promise<Forwarder> {
    const began = ctx.clock();
    const forwarder = await startForwarder(
      ctx,
      { target: now, listen: outside.insidePlaces, ids: NOBODY, shows: wish.isReverse ? 'nothing' : wish.shows },
      (message, handle) => {
        if (message.tell === 'accepted' || message.tell === 'bound') outside.fromInside(message, handle, () => ++ids);
        else hear(message);
      },
    );
    forwarders.add(forwarder);
    if (isOver) await forwarder.stop();
    void forwarder.ended.then(({ exitCode, said }) => {
      forwarders.delete(forwarder);
      if (isOver || target !== now || hasEnded(ctx.host, now)) return;
      const why = said || `exit code ${exitCode}`;
      listener.news('lost', { why, count: open.size });
      open.clear();
      datagramIds.clear();
      if (ctx.clock() - began < SHORT_LIFE_MS) return end(lostError(name, why));
      current = begin(now);
      current.catch((error: unknown) => listener.news('failed', { why: errorMessage(error) }));
    });
    await outside.handTo(forwarder);
    return forwarder;
  }

  /** Takes the connection of a client of this host. */
  async function take(port: number, client: Socket): Promise<void> {
    client.on('error', () => undefined);
    const wished = wish.ports[port]!;
    const [now, forwarder] = [target, await current?.catch(() => undefined)];
    if (!now || !forwarder || hasEnded(ctx.host, now)) {
      if (!saidDown) listener.news('down', {});
      saidDown = true;
      return resetConnection(client);
    }
    const id = ++ids;
    if (wished.to.kind === 'port') {
      if (!client.destroyed) forwarder.send({ tell: 'client', id, port, to: wished.to }, client);
      return;
    }
    const made = await connectInsideOf(ctx.host, now, wished.to.path);
    if (made.socket === undefined) {
      const nothing = { from: '', to: undefined, sent: 0, received: 0, milliseconds: 0, by: undefined };
      listener.ended(id, { port, ...nothing, how: made.isRefused ? 'refused' : 'failed', why: made.why });
      return resetConnection(client);
    }
    if (client.destroyed) return void made.socket.destroy();
    forwarder.send({ tell: 'pair', id, port }, client);
    forwarder.send({ tell: 'server', id }, made.socket);
  }

  /** Events are handled one after the other. */
  let turn: Promise<void> = Promise.resolve();
  async function happened({ action }: ContainerEvent): Promise<void> {
    if (isOver) return;
    if (action === 'destroy') return end(removedError(name));
    if (action === 'die' && target) {
      const old = current;
      target = current = undefined;
      await outside.containerEnded(await old?.catch(() => undefined));
      const recently = justEnded.filter((time) => time > ctx.clock() - LAST_MS).length;
      listener.news('ended', { count: open.size + recently });
      justEnded = [];
      await old?.then((forwarder) => forwarder.send({ tell: 'last' })).catch(() => undefined);
    }
    if (action === 'start' && !target) {
      target = await findTarget(ctx, containerId);
      current = begin(target);
      await current;
      saidDown = false;
      listener.news('started', {});
    }
  }

  const engine = await ctx.engine();
  const watched = (event: ContainerEvent) => {
    turn = turn
      .then(() => happened(event))
      .catch((error: unknown) => {
        target = current = undefined;
        // A container that ends at once again, as in a crash loop, tells so by its next event.
        if (!(error instanceof DbgError)) throw error;
        listener.news('failed', { why: error.message });
      });
  };
  const unwatch = engine.watch(first.container, watched, { isAlive: stillRuns(ctx.host, first.container) });

  async function stop(): Promise<void> {
    isOver = true;
    unwatch();
    await Promise.all([...forwarders].map((forwarder) => forwarder.stop()));
    await outside.close();
  }

  try {
    current = begin(first);
    const { listens } = await current;
    return { ports: outside.portsWith(listens), over, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const removedError = (name: string) =>
  new DbgError(`container "${name}" was removed: nothing is left to forward to`, {
    next: [{ what: 'see what runs', command: 'docker ps' }],
  });

const lostError = (name: string, why: string) =>
  new DbgError(`what carried the connections in the network of "${name}" ended at once, again: ${why}`, {
    next: [{ what: 'see whether it can be entered', command: `dbg exec ${shellQuote(name)} true` }],
  });
