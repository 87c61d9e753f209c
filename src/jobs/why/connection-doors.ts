import { isIP } from 'node:net';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { portRef } from '../../engine/match.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { LISTENING, parseListening } from '../../network/reach/listening.ts';
import type { Doors, Published, Wish } from '../../why/connection/connection-facts.ts';

/**
 * This host, in its own network namespace, in the form of a container, for connections that begin
 * at the host.
 */
export const THIS_HOST: Container = {
  id: '',
  name: 'this host',
  image: '',
  imageId: '',
  env: [],
  state: {
    status: 'running',
    pid: 1,
    error: '',
    exitCode: 0,
    oomKilled: false,
    startedAt: undefined,
    finishedAt: undefined,
  },
  hasTty: false,
  labels: {},
  workingDir: '/',
  networkMode: 'host',
  restarts: 0,
  configured: { memoryBytes: null, cpus: null, pids: null },
  networks: [],
  files: { 'resolv.conf': '', hosts: '', hostname: '' },
};

/**
 * What leads from the host's ports to containers: the sockets that listen, and the DNAT rules, of
 * iptables for IPv4 where no family was asked for.
 */
export async function doorsOf({ host }: Context, family: Wish['family']): Promise<Doors> {
  const save = family === 6 ? 'ip6tables-save' : 'iptables-save';
  const saved = host.find(save).kind === 'found' ? [save, '-t', 'nat'] : ['nft', 'list', 'ruleset'];
  const [sockets, rules] = await Promise.all([LISTENING, saved].map((argv) => host.output(inHostNetwork(host, argv))));
  const isDoor = (rule: string) => /\bdnat\b/i.test(rule);
  return {
    listening: parseListening(sockets!),
    rules: rules!
      .split('\n')
      .map((rule) => rule.trim())
      .filter(isDoor),
  };
}

/**
 * A published port of the host, as a connection from the host to the container's port behind it.
 * undefined when the container was not named by a published port.
 * The address is one of the family that was asked for, if the container has one. Where it has none,
 * docker-proxy leads from the host's IPv6 address to the container's IPv4 one.
 */
export async function doorTo(
  ctx: Context,
  container: Container,
  { ref, family }: { readonly ref: string; readonly family: Wish['family'] },
): Promise<{ readonly wish: Wish; readonly published: Published } | undefined> {
  const port = portRef(ref);
  const summary = port && (await (await ctx.engine()).list()).find(({ id }) => id === container.id);
  const ports =
    summary?.ports.filter(({ host, protocol }) => host === port?.port && protocol === (port?.protocol ?? protocol)) ??
    [];
  const [first] = ports.toSorted((a, b) => (a.protocol === 'tcp' ? 0 : 1) - (b.protocol === 'tcp' ? 0 : 1));
  const all = (summary?.addresses ?? []).map((each) => each.split('/')[0]!);
  const address = all.find((each) => family === undefined || isIP(each) === family) ?? all[0];
  if (first?.host === undefined || address === undefined || (first.protocol !== 'tcp' && first.protocol !== 'udp'))
    return undefined;
  const wish = {
    host: container.name,
    address,
    port: first.container,
    protocol: first.protocol,
    family,
  } as const;
  const its = ports.filter(({ protocol }) => protocol === first.protocol);
  return {
    wish,
    published: { host: first.host, port: first.container, addresses: its.flatMap((each) => each.address || []) },
  };
}

/**
 * A port of a container, as a connection from the host to it, with how it is published; undefined
 * when it is not.
 */
export async function inwardTo(
  ctx: Context,
  container: Container,
  port: number,
  protocol: Wish['protocol'],
): Promise<{ readonly wish: Wish; readonly published: Published | undefined }> {
  const summary = (await (await ctx.engine()).list()).find(({ id }) => id === container.id);
  const its = summary?.ports.filter((each) => each.container === port && each.protocol === protocol) ?? [];
  const host = its.find((each) => each.host !== undefined)?.host;
  const [address] = container.networks.flatMap(({ addresses }) => addresses ?? []);
  return {
    wish: { host: container.name, address: address?.split('/')[0], port, protocol, family: undefined },
    published:
      host === undefined
        ? undefined
        : { host, port, addresses: its.flatMap((each) => (each.host === host && each.address) || []) },
  };
}
