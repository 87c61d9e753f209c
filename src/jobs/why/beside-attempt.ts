import { constants } from 'node:os';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import type { Health } from '../../engine/inspection.ts';
import type { Host } from '../../host/host.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { netnsOf } from '../../network/interfaces.ts';
import { askArgv, parseReplies } from '../../network/reach/ask.ts';
import { isMasqueraded } from '../../network/rules/masquerade.ts';
import { type NetDrops, parseNetDrops } from '../../proc/net-drops.ts';
import type { Peer } from '../../why/connection/connection-facts.ts';
import type { Dropped, OtherFamily, PacketWay } from '../../why/connection/beside-facts.ts';
import type { Into } from './connection-traffic.ts';
import { wayTo } from './connection-way.ts';

/** A party of a connection, with a process in its network namespace. */
export interface Party {
  readonly party: Pick<Container, 'id' | 'name'>;
  readonly pid: number;
}

/**
 * Does something, and tells what the kernels of the parties dropped meanwhile. The files of /proc
 * tell it: no namespace is entered.
 */
export async function droppedWhile<T>(
  host: Host,
  parties: readonly Party[],
  act: () => Promise<T>,
): Promise<{ readonly done: T; readonly drops: readonly Dropped[] }> {
  const look = ({ pid }: Party) => dropsOf(host, pid);
  const before = parties.map(look);
  const done = await act();
  const drops = parties.map((each, at): Dropped => {
    const [was, now] = [before[at]!, look(each)];
    const grew = {
      reversePath: now.reversePath - was.reversePath,
      noRoom: now.noRoom - was.noRoom,
      invalid: now.invalid - was.invalid,
    };
    return { party: each.party, now, grew };
  });
  return { done, drops };
}

const dropsOf = (host: Host, pid: number): NetDrops =>
  parseNetDrops(host.read(`/proc/${pid}/net/netstat`) ?? '', host.read(`/proc/${pid}/net/stat/nf_conntrack`) ?? '');

/** The parties, without those whose network namespace another one has named before. */
export function distinct(host: Host, parties: readonly Party[]): Party[] {
  const namespaces = parties.map(({ pid }) => netnsOf(host, pid));
  return parties.filter((_, at) => namespaces[at] === undefined || namespaces.indexOf(namespaces[at]) === at);
}

/** How many connections the kernel keeps in mind; undefined where it keeps none. */
export function mostConnections(host: Host): number | undefined {
  const most = Number(host.read('/proc/sys/net/netfilter/nf_conntrack_max')?.trim() ?? '');
  return most > 0 ? most : undefined;
}

/** Whether the host puts its own address in place of the one that packets are sent from. */
export async function masquerades({ host }: Context, way: PacketWay): Promise<boolean> {
  if (!('device' in way) || way.source === undefined) return true;
  const isSaved = host.find('iptables-save').kind === 'found';
  const argv = isSaved ? ['iptables-save', '-t', 'nat'] : ['nft', 'list', 'ruleset'];
  return isMasqueraded(await host.output(inHostNetwork(host, argv)), way.source);
}

/** The health check of a peer; undefined where it has none, or is no container. */
export async function healthOf(ctx: Context, peer: Peer): Promise<Health | undefined> {
  return peer.kind === 'container' ? (await (await ctx.engine()).inspection(peer.container.id)).health : undefined;
}

/** How long a connection by the other family is waited for. */
const OTHER_SECONDS = 1.2;

/**
 * Tries the IPv6 address that a name has beside the IPv4 address that is used. A program takes it
 * first where the kernel has a way to it (RFC 6724). undefined where there is none.
 */
export async function otherFamily(
  ctx: Context,
  into: Into,
  addresses: readonly string[],
  port: number,
): Promise<OtherFamily | undefined> {
  const address = addresses.find((each) => each.includes(':'));
  if (address === undefined || !addresses.some((each) => !each.includes(':'))) return undefined;
  const way = await wayTo(ctx, into, address);
  if (!('device' in way) || way.source === undefined) return undefined;
  const question = { protocol: 'tcp', address, port, payload: Buffer.alloc(0) } as const;
  const [reply] = parseReplies(await ctx.host.output(into(askArgv(OTHER_SECONDS, [question]))), 1);
  if (reply === undefined) return undefined;
  const [error = ''] = Object.entries(constants.errno).find(([, number]) => number === reply.errno) ?? [];
  return { address, isConnected: reply.isConnected, error };
}
