import { fstatSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Host } from '../../host/host.ts';

export interface PeerFinder {
  /** "docker[4711]", or the address of another machine; undefined when the process is not found. */
  of(client: Socket): Promise<string | undefined>;
  /** Resolves when all lookups that run now are done. undefined when none runs. */
  settled(): Promise<unknown> | undefined;
}

/**
 * Tells which process is at the client's end of a connection.
 * Node has no SO_PEERCRED. So dbg asks `ss`, which knows the inode of each unix socket's peer
 * (sock_diag(7)). One `ss` answers for all connections that came while the `ss` before it ran. It
 * runs beside the traffic. A client that ends at once is not found.
 */
export function peerFinder(host: Host): PeerFinder {
  const looked = new Set<Promise<unknown>>();
  let next: Promise<string> | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const sockets = (): Promise<string> => {
    // An `ss` that runs already may have looked before this connection was made: the next one is
    // asked.
    next ??= running.then(() => {
      next = undefined;
      const asked = host.output(['ss', '-xtnpH', 'state', 'connected']).catch(() => '');
      running = asked;
      return asked;
    });
    return next;
  };
  const peerOf = async (client: Socket) => {
    const { remoteAddress, remotePort } = client;
    if (remoteAddress !== undefined) {
      const remote = `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
      return tcpPeer(await sockets(), remote) ?? remote;
    }
    const inode = inodeOf(client);
    return inode === undefined ? undefined : unixPeer(await sockets(), inode);
  };
  return {
    of: (client) => {
      const peer: Promise<string | undefined> = peerOf(client).finally(() => looked.delete(peer));
      looked.add(peer);
      return peer;
    },
    settled: () => (looked.size === 0 ? undefined : Promise.all(looked)),
  };
}

function inodeOf(client: Socket): number | undefined {
  // Node shows a socket's file descriptor nowhere else.
  const fd = (Reflect.get(client, '_handle') as { fd?: number } | null)?.fd;
  return fd === undefined || fd < 0 ? undefined : fstatSync(fd).ino;
}

/** The process at the other end of a unix socket with this inode, from the lines of `ss -xp`. */
export function unixPeer(lines: string, inode: number): string | undefined {
  const peer = new RegExp(`^u_\\w+ .* ${inode} +\\* (\\d+)`, 'm').exec(lines)?.[1];
  return peer === undefined
    ? undefined
    : user(new RegExp(`^u_\\w+ .* ${peer} +\\* ${inode} +users:(.*)$`, 'm').exec(lines)?.[1]);
}

/** The process whose TCP socket has this local address, from the lines of `ss -tnp`. */
export function tcpPeer(lines: string, address: string): string | undefined {
  if (lines !== last.lines) last = { lines, byAddress: tcpLines(lines) };
  return user(/users:(.*)$/.exec(last.byAddress.get(address) ?? '')?.[1]);
}

/**
 * The last answer of `ss`, as its lines by local address. It is parsed once for all connections
 * that waited for it. Otherwise each of a thousand connections that came at once would search all
 * lines.
 */
let last: { readonly lines: string; readonly byAddress: ReadonlyMap<string, string> } = {
  lines: '',
  byAddress: new Map(),
};

function tcpLines(lines: string): Map<string, string> {
  const tcp = lines.split('\n').filter((line) => line.startsWith('tcp'));
  return new Map(tcp.toReversed().map((line) => [line.split(/ +/)[4] ?? '', line]));
}

/**
 * The first process in the `users` field of a line of `ss`: (("docker",pid=4711,fd=5),…). Any
 * character may stand in the name: the process chooses it. It has 15 bytes at most (prctl(2)).
 */
function user(users: string | undefined): string | undefined {
  const [, name, pid] = /^\(\("(.*?)",pid=(\d+),fd=\d+\)(?:\)\s*$|,\(")/.exec(users ?? '') ?? [];
  return pid === undefined ? undefined : `${name}[${pid}]`;
}
