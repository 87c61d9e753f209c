import { nsenter, plainEntry } from '../enter/nsenter.ts';
import type { Target } from '../enter/target.ts';
import type { Host } from '../host/host.ts';
import { inHostNetwork } from '../host/host-namespace.ts';
import { parseLinks, type Link } from './links.ts';
import { isSilent, listNamespaces, lsnsArgv } from './lsns.ts';
import { parseNetnsid, parseNetworkNamespaces, type NetworkNamespace } from './peer-ifindex.ts';
import { HOST_NETNS, inNetns, type NetnsPath } from './netns-path.ts';
import type { Observer } from './evidence.ts';
import LOOK from './look-from.sh';

/** A container's network namespace, and those that it knows by a number. */
export interface Inside {
  readonly target: Target;
  readonly netns: number | undefined;
  readonly namespaces: readonly NetworkNamespace[];
}

// look-from.sh asks the same.
const LSNS = lsnsArgv('NS,PID,NETNSID');
const LINKS = ['ip', '-d', '-j', 'link'] as const;

const [TIMES, PATIENCE_MS, MOST_PAUSE_MS] = [8, 5000, 50];

/**
 * lsns fails, without a word, when a process ends that it has just come upon: stat(2) of its ns/net is ESRCH, which util-linux 2.38 takes for
 * the end of everything; where programs are started in a loop, it does so time and again. And ip fails when devices come or go while it lists
 * them (host/run/output.ts). Both are asked for 5 seconds; after any other failure 8 times.
 */
export async function again<T>(ask: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (let time = 1; ; time++) {
    try {
      return await ask();
    } catch (error) {
      if (isPassing(error) ? performance.now() > end : time >= TIMES) throw error;
    }
    await new Promise((resolve) => void setTimeout(resolve, Math.min(time, MOST_PAUSE_MS)));
  }
}

function isPassing(error: unknown): boolean {
  const { stderr } = ((error as Error).cause ?? {}) as { stderr?: string };
  return isSilent(error) || stderr?.includes('Dump was interrupted') === true;
}

const lsnsInside = (target: Target) => nsenter(target, LSNS, plainEntry(['net']));
const listInside = (host: Host, target: Target) =>
  listNamespaces(host, LSNS, (argv) => nsenter(target, argv, plainEntry(['net'])));

/** The devices in a container's network, with their addresses. */
export async function linksInside(host: Host, target: Target): Promise<Link[]> {
  const argv = nsenter(target, ['ip', '-d', '-j', 'address'], plainEntry(['net']));
  return parseLinks(await again(() => host.output(argv)));
}

/** What the container sees: its devices with their addresses, and the namespaces that have processes. */
export async function lookInside(
  host: Host,
  target: Target,
  netns: number | undefined,
): Promise<{ links: readonly Link[]; inside: Inside }> {
  // In this order, as on the host.
  const links = await linksInside(host, target);
  const namespaces = parseNetworkNamespaces(await again(() => listInside(host, target)));
  return { links, inside: { target, netns, namespaces } };
}

/** What the host sees. `netns` is the inode of its own network namespace. */
export async function hostObserver(
  host: Host,
  netns: number | undefined,
  looked: Promise<{ inside: Inside }>,
): Promise<Observer> {
  // In this order: the kernel gives a namespace its number when a look at the devices first needs one (peernet2id_alloc).
  const links = await again(() => host.output(inHostNetwork(host, LINKS)));
  const lsns = await again(() => listNamespaces(host, LSNS, (argv) => inHostNetwork(host, argv)));
  const { netns: containers, namespaces } = (await looked).inside;
  return {
    place: HOST_NETNS,
    links: parseLinks(links),
    netnsid: containers === undefined ? undefined : parseNetnsid(lsns, containers),
    insideNetnsid: namespaces.find(({ inode }) => inode === netns)?.netnsid,
  };
}

/** What is seen from a place; undefined when it has gone, or another namespace has come under its name. */
export async function lookFrom(host: Host, { target, netns }: Inside, place: NetnsPath): Promise<Observer | undefined> {
  const argv = ['sh', '-c', LOOK, 'dbg', ...lsnsInside(target)];
  const said = await listNamespaces(host, argv, (each) => inNetns(host, place, each)).catch(() => '');
  const [self = '', links = '', lsns = '', inside = ''] = said.split('\0');
  if (self.trim() !== `net:[${place.netns}]` || netns === undefined) return undefined;
  return {
    place,
    links: parseLinks(links),
    netnsid: parseNetnsid(lsns, netns),
    insideNetnsid: parseNetnsid(inside, place.netns!),
  };
}
