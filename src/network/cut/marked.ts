import type { Host } from '../../host/host.ts';
import { hostNamespace, inHostNetwork } from '../../host/host-namespace.ts';
import { parseNamespace } from '../../proc/pid/namespace-link.ts';
import { parseLinks } from '../links.ts';
import { again } from '../look-inside.ts';
import { listNamespaces, lsnsArgv } from '../lsns.ts';
import { parseNetworkNamespaces } from '../peer-ifindex.ts';
import { HOST_NETNS, heldElsewhere, heldNetns, inNetns, isHeldByFile, type NetnsPath } from '../netns-path.ts';
import { isInForce, seenIn, tablesIn, type SeenMark } from './in-force.ts';
import type { Taken } from './make.ts';
import { parseMark } from './mark.ts';
import { believed, notedNamespaces, type Believed } from './cut-notes.ts';
import type { DevicePoint } from '../netns-path.ts';
import { tableName } from './ruleset.ts';

/** A device with dbg's mark. */
export interface Marked extends DevicePoint {
  readonly mark: SeenMark;
}

/** What dbg's cuts have left on this host. */
export interface Remains {
  readonly marked: readonly Marked[];
  /** what has no mark: its device has ended, or somebody wrote another alias over the mark */
  readonly left: readonly Left[];
  /**
   * names of devices with a mark that is not believed, in the host's namespace or in one that a
   * file holds
   */
  readonly doubtful: readonly string[];
}

/** A table or a queueing discipline of dbg's without a mark. */
export interface Left {
  /** as a person reads it: "nft table netdev dbg_57" */
  readonly what: string;
  /** the argv that removes it */
  readonly removal: readonly string[];
}

const AT_ONCE = 8;

/**
 * All of dbg's cuts on this host. They are searched for in the host's own network namespace, in
 * those that processes are in, and in those that a file holds. In another mount namespace than
 * dbg's, such a file is searched for only where root's notes tell of a cut in such a namespace.
 *
 * No engine is asked, and nothing is changed. A mark that a container may have written in its own
 * namespace is left out (cut-notes.ts).
 */
export async function findRemains(host: Host): Promise<Remains> {
  const [places, marks] = [await allPlaces(host), believed(host)];
  const found: Remains[] = [];
  for (let at = 0; at < places.length; at += AT_ONCE) {
    found.push(...(await Promise.all(places.slice(at, at + AT_ONCE).map((place) => remainsIn(host, place, marks)))));
  }
  return {
    marked: found.flatMap(({ marked }) => marked),
    left: found.flatMap(({ left }) => left),
    doubtful: found.flatMap(({ doubtful }) => doubtful),
  };
}

/**
 * The cuts of the devices that the host's own network namespace has, and the names of all its
 * devices. Most cuts are there. It takes two programs, however many containers there are.
 */
export async function cutsOfHost(
  host: Host,
): Promise<Pick<Remains, 'marked'> & { readonly devices: readonly string[] }> {
  const links = parseLinks(await again(() => host.output(inNetns(host, HOST_NETNS, ['ip', '-d', '-j', 'link']))));
  const marks = believed(host);
  const marked = links.flatMap((device) => {
    const mark = marks.mark({ device, place: HOST_NETNS });
    return mark === undefined ? [] : [{ device, place: HOST_NETNS, mark }];
  });
  return { marked: await seenIn(host, HOST_NETNS, marked), devices: links.map(({ name }) => name) };
}

async function allPlaces(host: Host): Promise<NetnsPath[]> {
  const own = parseNamespace(hostNamespace(host, 'net'));
  const lsns = await again(() => listNamespaces(host, lsnsArgv('NS,PID'), (argv) => inHostNetwork(host, argv)));
  const ofProcesses = parseNetworkNamespaces(lsns).flatMap(({ inode, pid }) =>
    pid === undefined ? [] : [{ path: `/proc/${pid}/ns/net`, netns: inode }],
  );
  const all = [...ofProcesses, ...heldNetns(host, 1)];
  const others = all.filter(({ netns }, at) => netns !== own && all.findIndex((other) => other.netns === netns) === at);
  const known = new Set([own, ...others.map(({ netns }) => netns)]);
  const missing = new Set(notedNamespaces(host).filter((netns) => !known.has(netns)));
  return [HOST_NETNS, ...others, ...(missing.size > 0 ? await heldElsewhere(host, missing) : [])];
}

/** What dbg's cuts have left in one namespace. A namespace that ends meanwhile has no cuts. */
async function remainsIn(host: Host, place: NetnsPath, marks: Believed): Promise<Remains> {
  const output = (argv: readonly string[]) => again(() => host.output(inNetns(host, place, argv))).catch(() => '');
  const look = await output(['ip', '-d', '-j', 'link']);
  if (look === '') return { marked: [], left: [], doubtful: [] };
  const links = parseLinks(look);
  const tables = await tablesIn(host, place);
  const marked = links.flatMap((device) => {
    const mark = marks.mark({ device, place });
    return mark === undefined ? [] : [{ device, place, mark: { ...mark, isInForce: isInForce(mark, device, tables) } }];
  });
  const isTrue = new Set(marked.map(({ device }) => device));
  const doubtful = isHeldByFile(place)
    ? links.filter((device) => parseMark(device.alias) && !isTrue.has(device)).map(({ name }) => name)
    : [];
  const isMarked = new Set(marked.map(({ device }) => device.ifindex));
  const isLeft = (ifindex: number) => !isMarked.has(ifindex) && marks.isOurs(place, ifindex);
  const left = (what: string, argv: readonly string[]) => ({
    what: inWords(what, place),
    removal: inNetns(host, place, argv),
  });
  const leftTables = [...(tables?.keys() ?? [])]
    .filter((name) => /^dbg_\d+$/.test(name) && isLeft(Number(name.slice('dbg_'.length))))
    .map((name) => left(`nft table netdev ${name}`, ['nft', 'delete', 'table', 'netdev', name]));
  // dbg's queueing discipline is known by its handle, which `ip` does not print. So tc is asked.
  const held = links.filter(({ ifindex, qdisc }) => ['tbf', 'netem'].includes(qdisc) && isLeft(ifindex));
  const qdiscs = held.length > 0 ? await output(['tc', 'qdisc', 'show']) : '';
  const leftQdiscs = held
    .filter(({ name, qdisc }) => qdiscs.includes(`qdisc ${qdisc} dbb: dev ${name} root`))
    .map(({ name }) => left(qdiscWords(name), ['tc', 'qdisc', 'del', 'dev', name, 'root', 'handle', 'dbb:']));
  return { marked, left: [...leftTables, ...leftQdiscs], doubtful };
}

const inWords = (what: string, { path }: NetnsPath) => (path === undefined ? what : `${what} in ${path}`);
const qdiscWords = (name: string) => `queueing discipline dbb: of ${name}`;

/** What the undoing of a cut took away at a device, as a person reads it. */
export function takenText({ device: { name, ifindex }, place }: DevicePoint, what: Taken): string {
  const words: Readonly<Record<Taken, string>> = {
    table: `removed nft table netdev ${tableName(ifindex)}`,
    qdisc: `removed ${qdiscWords(name)}`,
    link: `set link ${name} up`,
    mark: `removed the mark of ${name}`,
  };
  return inWords(words[what], place);
}
