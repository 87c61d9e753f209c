import { fstatSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Host } from '../../host/host.ts';

export interface PeerFinder {
  of(client: Socket): Promise<string | undefined>;
  /** Resolves when all that were asked for are known, or not to be known; undefined when none is being looked for. */
  settled(): Promise<unknown> | undefined;
}

/**
 * Tells which process is at the other end of a connection, as "docker[4711]", or an address of another machine. Node has no SO_PEERCRED; so `ss`
 * is asked, which knows of each unix socket the inode of its peer (sock_diag(7)): once for all connections that came in the
 * meantime, beside the traffic. A client that ends at once is not found.
 */
export function peerFinder(host: Host): PeerFinder {
  const looked = new Set<Promise<unknown>>();
  let next: Promise<string> | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const sockets = (): Promise<string> => {
    // One that is asked already may have looked before this connection was made.
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
  // Node shows no descriptor of a socket but here.
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

/** What ss said is read once for all connections that waited for it: where a thousand came at once, each would look through the lines of all. */
let last: { readonly lines: string; readonly byAddress: ReadonlyMap<string, string> } = {
  lines: '',
  byAddress: new Map(),
};

function tcpLines(lines: string): Map<string, string> {
  const tcp = lines.split('\n').filter((line) => line.startsWith('tcp'));
  return new Map(tcp.toReversed().map((line) => [line.split(/ +/)[4] ?? '', line]));
}

/** ss writes (("docker",pid=4711,fd=5),…), whatever stands in the name, which is up to the process and has 15 bytes at most (prctl(2)). */
function user(users: string | undefined): string | undefined {
  const [, name, pid] = /^\(\("(.*?)",pid=(\d+),fd=\d+\)(?:\)\s*$|,\(")/.exec(users ?? '') ?? [];
  return pid === undefined ? undefined : `${name}[${pid}]`;
}
