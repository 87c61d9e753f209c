import { parseEnviron } from '../../proc/pid/environ.ts';
import { parseStat } from '../../proc/pid/stat.ts';
import type { Host } from '../../host/host.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { toolObjects } from '../tool-json.ts';
import type { Cuttable } from './selection.ts';

/**
 * The addresses from which the person came by ssh; empty when nothing tells. They are in
 * SSH_CONNECTION (sshd_config(5)) of dbg's own environment and of the processes that dbg descends
 * from: a shell that sudo or su opened no longer has the variable. Only root can read the
 * environment of every process.
 */
export function callers(host: Host, own: Readonly<Record<string, string | undefined>>): string[] {
  const connections = [own['SSH_CONNECTION']];
  let pid = Number(host.link('/proc/self'));
  for (let steps = 0; pid > 1 && steps < 64; steps++) {
    connections.push(new Map(parseEnviron(host.read(`/proc/${pid}/environ`) ?? '')).get('SSH_CONNECTION'));
    pid = parseStat(host.read(`/proc/${pid}/stat`))?.parent ?? 0;
  }
  const clients = connections.flatMap((text) => text?.split(' ')[0]?.split('%')[0] || []);
  return [...new Set(clients)];
}

/**
 * The interface that carries the packets of a person who came by ssh; undefined for none. It
 * carries them in one of these cases:
 * - The container itself has the person's address (a jump host, a VPN that masquerades).
 * - The host's route back to the person goes by one of the container's addresses as the gateway.
 * - That route goes out by the device at the other end of the container's wire.
 */
export async function carrying(
  host: Host,
  clients: readonly string[],
  interfaces: readonly Cuttable[],
): Promise<{ readonly client: string; readonly each: Cuttable } | undefined> {
  for (const client of clients) {
    const route = parseRoute(
      await host.output(inHostNetwork(host, ['ip', '-j', 'route', 'get', client])).catch(() => ''),
    );
    const each = interfaces.find(({ inside, at }) => {
      const addresses = inside.addresses.map((address) => address.split('/')[0]!);
      const isOnTheWay = at.place.path === undefined && route.device === at.device.name;
      return addresses.includes(client) || addresses.includes(route.gateway ?? '') || isOnTheWay;
    });
    if (each) return { client, each };
  }
  return undefined;
}

/** Reads `ip -j route get ADDRESS`; an empty object when there is no route. */
export function parseRoute(json: string): { readonly gateway?: string; readonly device?: string } {
  if (json === '') return {};
  const [route] = toolObjects('ip', json) as readonly { gateway?: string; via?: { host?: string }; dev?: string }[];
  const gateway = route?.gateway ?? route?.via?.host;
  return { ...(gateway ? { gateway } : {}), ...(route?.dev ? { device: route.dev } : {}) };
}
