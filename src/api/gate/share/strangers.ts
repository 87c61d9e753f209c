import type { Socket } from 'node:net';

/** How many connections may be open at once over which nobody has been let in yet. */
const MOST_STRANGERS = 256;

/**
 * Connections over which nobody has been let in yet. Where there are too many, one is closed for
 * each that comes.
 */
export interface Strangers {
  add(client: Socket): void;
  remove(client: Socket): void;
  has(client: Socket): boolean;
}

/**
 * Closes the oldest connection of the address that has the most. So somebody who opens many
 * connections keeps no one else out.
 */
export function strangers(): Strangers {
  const addresses = new Map<Socket, string>();

  function oldestOfMost(): Socket | undefined {
    const counts = new Map<string, number>();
    for (const address of addresses.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
    const most = Math.max(...counts.values());
    return [...addresses].find(([, address]) => counts.get(address) === most)?.[0];
  }

  return {
    add: (client) => {
      addresses.set(client, client.remoteAddress ?? '');
      client.on('close', () => addresses.delete(client));
      if (addresses.size <= MOST_STRANGERS) return;
      const oldest = oldestOfMost();
      if (oldest) addresses.delete(oldest);
      oldest?.destroy();
    },
    remove: (client) => void addresses.delete(client),
    has: (client) => addresses.has(client),
  };
}
