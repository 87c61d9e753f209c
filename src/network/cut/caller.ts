import { parseEnviron } from '../../proc/environ.ts';
import { parseStat } from '../../proc/stat.ts';
import type { Host } from '../../host/host.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { toolObjects } from '../tool-json.ts';
import type { Cuttable } from './selection.ts';

/**
 * The addresses from which the person came by ssh: SSH_CONNECTION (sshd_config(5)) of dbg, and of the processes that it descends from,
 * for a shell that sudo or su opened has it no more. With /proc read as root; none where nothing tells.
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
 * The interface by which a caller's packets come: the container has that address itself (a jump host, a VPN that masquerades), or the
 * host's way back to it leads over one of the container's addresses or over its device. Undefined: by none of these.
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

/** Reads `ip -j route get ADDRESS`; nothing when there is no route. */
export function parseRoute(json: string): { readonly gateway?: string; readonly device?: string } {
  if (json === '') return {};
  const [route] = toolObjects('ip', json) as readonly { gateway?: string; via?: { host?: string }; dev?: string }[];
  const gateway = route?.gateway ?? route?.via?.host;
  return { ...(gateway ? { gateway } : {}), ...(route?.dev ? { device: route.dev } : {}) };
}
