import { isIPv6 } from 'node:net';
import type { Host } from '../host/host.ts';
import { toolObjects } from './tool-json.ts';

/**
 * The device by which packets to an address leave a network namespace. Without an address: the
 * device of the default route. undefined when the packets stay in the namespace, or when there is
 * no route (ip-route(8); it prints JSON since iproute2 4.16).
 * @param inThere puts an argv into that namespace
 */
export async function routeDevice(
  host: Host,
  inThere: (argv: readonly string[]) => string[],
  address?: string,
): Promise<string | undefined> {
  const ask = address === undefined ? ['show', 'default'] : ['get', address];
  const family = address !== undefined && isIPv6(address) ? ['-6'] : [];
  // When there is no route, ip says "Network is unreachable" and fails.
  const json = await host.output(inThere(['ip', ...family, '-j', 'route', ...ask])).catch(() => '[]');
  const [route] = toolObjects('ip', json || '[]') as readonly { readonly dev?: string }[];
  return route?.dev === 'lo' ? undefined : route?.dev;
}
