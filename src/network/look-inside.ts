import { nsenter, plainEntry } from '../enter/nsenter.ts';
import { goneError, hasEnded, type Target } from '../enter/target.ts';
import type { Host } from '../host/host.ts';
import { inHostNetwork } from '../host/host-namespace.ts';
import { parseLinks, type Link } from './links.ts';
import { isSilent, listNamespaces, lsnsArgv } from './lsns.ts';
import { parseNetnsid, parseNetworkNamespaces, type NetworkNamespace } from './peer-ifindex.ts';
import { HOST_NETNS, inNetns, type NetnsPath } from './netns-path.ts';
import type { Observer } from './evidence.ts';
import LOOK from './look-from.sh';

/** A container's network namespace, and the namespaces that it has a number for. */
export interface Inside {
  readonly target: Target;
  readonly netns: number | undefined;
  readonly namespaces: readonly NetworkNamespace[];
}

// look-from.sh runs the same lsns, with the same columns.
const LSNS = lsnsArgv('NS,PID,NETNSID');
const LINKS = ['ip', '-d', '-j', 'link'] as const;

const [TIMES, PATIENCE_MS, MOST_PAUSE_MS] = [8, 5000, 50];

/**
 * Asks a program again when it fails, for two kinds of failure that pass by themselves:
 * - lsns fails without a message when a process that it has just found ends: stat(2) of the
 *   process's ns/net gives ESRCH, and util-linux 2.38 then stops altogether. Where programs are
 *   started in a loop, this happens many times in a row.
 * - ip fails when devices come or go while it lists them (host/run/output.ts).
 *
 * These two are asked again for 5 seconds. After any other failure, 8 attempts are made in all.
 * Throws the last error.
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

/**
 * What `ask` gives, asked again as by `again`. When it fails because the container has ended
 * meanwhile, that is the error, not the words of nsenter.
 */
async function askInside<T>(host: Host, target: Target, ask: () => Promise<T>): Promise<T> {
  try {
    return await again(ask);
  } catch (error) {
    throw hasEnded(host, target) ? goneError(target) : error;
  }
}

/** The devices in a container's network, with their addresses. */
export async function linksInside(host: Host, target: Target): Promise<Link[]> {
  const argv = nsenter(target, ['ip', '-d', '-j', 'address'], plainEntry(['net']));
  return parseLinks(await askInside(host, target, () => host.output(argv)));
}

/** What a container sees: its devices with addresses, and the namespaces that have processes. */
export async function lookInside(
  host: Host,
  target: Target,
  netns: number | undefined,
): Promise<{ links: readonly Link[]; inside: Inside }> {
  // First the devices, then the namespaces, for the reason that hostObserver gives.
  const links = await linksInside(host, target);
  const namespaces = parseNetworkNamespaces(await askInside(host, target, () => listInside(host, target)));
  return { links, inside: { target, netns, namespaces } };
}

/** What the host sees. `netns` is the inode of the host's own network namespace. */
export async function hostObserver(
  host: Host,
  netns: number | undefined,
  looked: Promise<{ inside: Inside }>,
): Promise<Observer> {
  // First the devices, then the namespaces: the kernel numbers a namespace when a look at the
  // devices first needs a number for it (peernet2id_alloc).
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

/**
 * What is seen from a network namespace. undefined when the namespace has gone, or when its path
 * leads to another namespace by now.
 */
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
