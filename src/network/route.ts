import { isIPv6 } from 'node:net';
import type { Host } from '../host/host.ts';
import { toolObjects } from './tool-json.ts';

/**
 * The device by which packets to an address leave a network namespace; without an address, that of its default route. Undefined when
 * they do not leave it, or there is none (ip-route(8); its JSON since iproute2 4.16).
 * @param inThere puts a program into that namespace
 */
export async function routeDevice(
  host: Host,
  inThere: (argv: readonly string[]) => string[],
  address?: string,
): Promise<string | undefined> {
  const ask = address === undefined ? ['show', 'default'] : ['get', address];
  const family = address !== undefined && isIPv6(address) ? ['-6'] : [];
  // "Network is unreachable" is a failure of ip's.
  const json = await host.output(inThere(['ip', ...family, '-j', 'route', ...ask])).catch(() => '[]');
  const [route] = toolObjects('ip', json || '[]') as readonly { readonly dev?: string }[];
  return route?.dev === 'lo' ? undefined : route?.dev;
}
