import { isIP } from 'node:net';
import type { Context } from '../../context.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import LIST_RULES from '../../network/rules/list-rules.sh';
import { walkRules } from '../../network/rules/walk-rules.ts';
import type { PacketAt } from '../../network/rules/walk-saved.ts';
import type { ConnectionFacts, Doors, Published, Wish } from '../../why/connection/connection-facts.ts';
import type { PacketWay } from '../../why/connection/beside-facts.ts';
import { wayTo } from './connection-way.ts';

/** How the container is reached from outside. */
interface Inward {
  readonly wish: Wish;
  /** the way of the host to the container */
  readonly way: PacketWay;
  readonly published: Published | undefined;
  readonly doors: Doors;
}

/**
 * What this host would do with what somebody outside sends to a container. Nobody but that one
 * could send it, so the rules are read, and no packet is sent.
 */
export async function outsiderAt(ctx: Context, address: string, inward: Inward): Promise<ConnectionFacts['outsider']> {
  const { host } = ctx;
  const itsWay = await wayTo(ctx, (argv) => inHostNetwork(host, argv), address);
  const known = { address, way: itsWay, walked: undefined };
  const way = packetsOf(address, itsWay, inward);
  if (way.length === 0) return known;
  const rules = await host.output(inHostNetwork(host, ['sh', '-c', LIST_RULES]));
  // Where nothing is listed, the rules may not be read, or no program is there that could list
  // them.
  return rules.includes('#> ') ? { ...known, walked: walkRules(rules, way) } : known;
}

/**
 * The packet at each hook of the host. Where a rule leads from the port to the container, it is
 * forwarded; otherwise docker-proxy takes it, and it ends at the host. By IPv6, the container
 * itself may be reached without a port of the host.
 */
function packetsOf(address: string, itsWay: PacketWay, { wish, way, published, doors }: Inward): PacketAt[] {
  if (isIP(address) === 0 || !('device' in itsWay) || wish.address === undefined || wish.port === undefined) return [];
  const packet = { source: address, protocol: wish.protocol, from: itsWay.device, to: undefined };
  const atDoor = { ...packet, destination: undefined, port: published?.host ?? wish.port };
  const isSame = isIP(address) === isIP(wish.address);
  const isForwarded =
    isSame && (published === undefined || doors.rules.some((rule) => leadsFrom(rule, published.host)));
  if (!isForwarded)
    return [
      { ...atDoor, hook: 'prerouting' },
      { ...atDoor, hook: 'input' },
    ];
  const to = 'device' in way ? way.device : undefined;
  return [
    { ...atDoor, hook: 'prerouting' },
    { ...packet, hook: 'forward', destination: wish.address, port: wish.port, to },
  ];
}

/** Whether a DNAT rule is for a port: "--dport 8080", "tcp dport 8080". */
const leadsFrom = (rule: string, port: number) => new RegExp(`dport (\\{[^}]*\\b)?${port}\\b`).test(rule);
