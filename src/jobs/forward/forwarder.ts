// A program of its own, which dbg starts in one network namespace: the container's, or with
// --reverse also the host's. It gets clients' connections from dbg, makes those that they lead to,
// and carries what flows between them. It ends when dbg does: the channel to it is closed then,
// however dbg dies.
//
// It begins as root, because setns(2) needs that, and has only joined a network namespace: it sees
// neither the container's files nor its processes, and they do not see it. Before it touches a byte
// of a connection it becomes nobody.
import type { Socket as DatagramSocket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import { createServer, Socket } from 'node:net';
import { errorCode } from '../../errors.ts';
import { carryConnection, failureOf, resetConnection, type FlowListener } from './carry-connection.ts';
import { carryDatagrams } from './carry-datagrams.ts';
import { connectorTo, type Connector, type Made } from './connect-to.ts';
import { flowText, type FlowText } from './flow-text.ts';
import {
  FIRST_DATAGRAM_ID,
  type Destination,
  type ForwarderIds,
  type FromForwarder,
  type HowItEnded,
  type InsidePlace,
  type ToForwarder,
} from './forward-messages.ts';

/**
 * In characters. When more wait to be read by dbg, lines of what flows are counted and left out.
 */
const MOST_WAITING = 4 << 20;

/** The kernel passes no descriptor on to a process that may open no more (SCM_RIGHTS, unix(7)). */
const NO_MORE_FILES = 'dbg may open no more files';

const connectors = new Map<number, Connector>();
/** clients whose server is still to come */
const pairs = new Map<number, { readonly client: Socket; readonly port: number }>();
const endDatagrams: (() => void)[] = [];
/** what cuts off the connections that are open */
const cuts = new Set<() => void>();
let flow: FlowText | undefined;
let open = 0;
let isLast = false;
let datagramIds = FIRST_DATAGRAM_ID;
let [waiting, leftOut] = [0, 0];

const tell = (message: FromForwarder, handle?: Socket | DatagramSocket): void =>
  void (process.connected && process.send!(message, handle, {}, () => undefined));

// By this signal Node would open a debugger's port, here in the container's network.
process.on('SIGUSR1', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToForwarder, handle?: Socket | DatagramSocket) => void take(message, handle));

async function take(message: ToForwarder, handle: Socket | DatagramSocket | undefined): Promise<void> {
  switch (message.tell) {
    case 'start':
      return start(message.listen, message.ids, message.shows);
    case 'client':
      return joined(handle as Socket, message.id, message.port, connectorOf(message.port, message.to));
    case 'pair':
      return handle && void pairs.set(message.id, { client: prepared(handle as Socket), port: message.port });
    case 'server': {
      const pair = pairs.get(message.id);
      pairs.delete(message.id);
      if (!pair) return;
      const made = async (): Promise<Made> => {
        if (!handle) throw new Error(NO_MORE_FILES);
        return { socket: prepared(handle as Socket), to: 'its socket' };
      };
      return joined(pair.client, message.id, pair.port, { connect: made });
    }
    case 'datagrams':
      return datagrams(handle as DatagramSocket, message.port, message.to);
    case 'release':
      return release();
    case 'last':
    case 'stop':
      isLast = true;
      release();
      if (message.tell === 'stop') cuts.forEach((cut) => cut());
      endWhenDone();
  }
}

async function start(
  places: readonly InsidePlace[],
  ids: ForwarderIds | undefined,
  shows: 'nothing' | 'redacted' | 'all',
): Promise<void> {
  const listens: number[] = [];
  for (const place of places) {
    try {
      listens.push(await (place.protocol === 'tcp' ? listenTcp(place) : listenUdp(place)));
    } catch (error) {
      return tell({ tell: 'cannot', place, code: errorCode(error) ?? String(error) });
    }
  }
  if (ids) become(ids);
  if (shows !== 'nothing') flow = flowText(shows === 'all', sayFlow);
  tell({ tell: 'ready', listens });
}

/** Leaving user 0 also takes away all capabilities (capabilities(7)). */
function become({ uid, gid }: ForwarderIds): void {
  process.setgroups!([]);
  process.setgid!(gid);
  process.setuid!(uid);
}

function listenTcp({ port, address, listen }: InsidePlace): Promise<number> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    // The connection goes to dbg and from there to the other forwarder. It goes as libuv's bare
    // handle: dbg would read from a Socket as soon as it had one, and those bytes would be lost. To
    // close the socket here ends nothing, because its descriptor has been passed on.
    const bare = Reflect.get(socket, '_handle') as Socket;
    const message: FromForwarder = { tell: 'accepted', port, from: nameOf(socket) };
    process.send!(message, bare, {}, () => socket.destroy());
  });
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen({ host: address, port: listen, backlog: BACKLOG }, () => {
      server.off('error', fail).on('error', () => undefined);
      done((server.address() as { port: number }).port);
    });
  });
}

/** The kernel lowers it to net.core.somaxconn (listen(2)). */
const BACKLOG = 65_535;

function listenUdp({ port, address, listen }: InsidePlace): Promise<number> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  return new Promise((done, fail) => {
    socket.once('error', fail);
    socket.bind({ address, port: listen }, () => {
      const bound = socket.address().port;
      // Node keeps a UDP socket open here: it would take datagrams that are for the other process.
      process.send!({ tell: 'bound', port } satisfies FromForwarder, socket, {}, () => socket.close());
      done(bound);
    });
  });
}

/**
 * The connection that came from another process, as a Socket or a bare handle, with half-open ends.
 */
function prepared(handle: Socket): Socket {
  if (!(handle instanceof Socket)) return new Socket({ handle, allowHalfOpen: true } as object);
  handle.allowHalfOpen = true;
  return handle;
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  if (remoteAddress === undefined) return '';
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return address.includes(':') ? `[${address}]:${remotePort}` : `${address}:${remotePort}`;
}

function connectorOf(port: number, to: Destination): Connector {
  let connector = connectors.get(port);
  if (!connector) connectors.set(port, (connector = connectorTo(to, (address) => tell({ tell: 'by', port, address }))));
  return connector;
}

/** Joins a client's connection to the one that a connector makes. */
async function joined(handle: Socket | undefined, id: number, port: number, connector: Connector): Promise<void> {
  const began = performance.now();
  open++;
  const over = (ended: HowItEnded, from = '', to?: string, crossed = { sent: 0, received: 0 }) => {
    open--;
    tell({ tell: 'ended', id, port, from, to, ...crossed, milliseconds: performance.now() - began, ...ended });
    endWhenDone();
  };
  if (!handle) return over({ how: 'failed', by: undefined, why: NO_MORE_FILES });
  const client = prepared(handle);
  const from = nameOf(client);
  let failure: Error | undefined;
  const fail = (error: Error) => void (failure = error);
  client.on('error', fail);
  let made: Made;
  try {
    made = await connector.connect();
  } catch (error) {
    resetConnection(client);
    return over(failureOf('server', error as Error), from);
  }
  const { socket: server, to } = made;
  if (failure || client.destroyed) {
    resetConnection(server);
    return over(failure ? failureOf('client', failure) : { how: 'closed', by: 'client', why: undefined }, from, to);
  }
  client.off('error', fail);
  tell({ tell: 'opened', id, port, from, to });
  const shown: (FlowListener & { over(): void }) | undefined = flow?.begin(id);
  const cut = carryConnection(client, server, shown, (crossed, ended) => {
    cuts.delete(cut);
    shown?.over();
    over(ended, from, to, crossed);
  });
  cuts.add(cut);
}

function datagrams(socket: DatagramSocket | undefined, port: number, to: Destination): void {
  if (!socket || to.kind !== 'port') return;
  const end = carryDatagrams(socket, to.port, () => ++datagramIds, {
    opened: (id, from, at) => {
      open++;
      tell({ tell: 'opened', id, port, from, to: at });
    },
    ended: (id, connection) => {
      open--;
      tell({ tell: 'ended', id, port, ...connection });
    },
    piece: (id, from, datagram) => flow?.datagram(id, from, datagram),
    by: (address) => tell({ tell: 'by', port, address }),
  });
  endDatagrams.push(() => {
    end();
    socket.close();
  });
}

function release(): void {
  endDatagrams.splice(0).forEach((end) => end());
  tell({ tell: 'released' });
}

function sayFlow(id: number, line: string): void {
  if (waiting > MOST_WAITING) return void leftOut++;
  waiting += line.length;
  const message: FromForwarder = { tell: 'flow', id, lines: [line], leftOut };
  leftOut = 0;
  if (process.connected) process.send!(message, undefined, {}, () => void (waiting -= line.length));
}

function endWhenDone(): void {
  if (isLast && open === 0 && pairs.size === 0) process.disconnect();
}
