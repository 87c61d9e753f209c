import { isIP } from 'node:net';
import type { Context } from '../../context.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { walkForward } from '../../network/reach/walk-rules.ts';
import type { ConnectionFacts, Wish } from '../../why/connection/connection-facts.ts';
import type { PacketWay } from '../../why/connection/beside-facts.ts';
import { wayTo } from './connection-way.ts';

/**
 * What this host would do with what somebody outside sends to a container. Nobody but that one could
 * send it, so the rules are read, and no packet is sent.
 * @param way the way of the host to the container
 */
export async function outsiderAt(
  ctx: Context,
  address: string,
  wish: Wish,
  way: PacketWay,
): Promise<ConnectionFacts['outsider']> {
  const { host } = ctx;
  const itsWay = await wayTo(ctx, (argv) => inHostNetwork(host, argv), address);
  const known = { address, way: itsWay, walked: undefined };
  const isRead = isIP(address) === 4 && host.find('iptables-save').kind === 'found';
  if (!isRead || !('device' in itsWay) || !('device' in way) || wish.address === undefined || wish.port === undefined)
    return known;
  const saved = await host.output(inHostNetwork(host, ['iptables-save', '-t', 'filter']));
  const packet = {
    source: address,
    destination: wish.address,
    port: wish.port,
    protocol: wish.protocol,
    from: itsWay.device,
    to: way.device,
  };
  return { ...known, walked: walkForward(saved, packet) };
}
