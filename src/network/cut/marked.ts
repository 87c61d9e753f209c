import type { Host } from '../../host/host.ts';
import { hostNamespace, inHostNetwork } from '../../host/host-namespace.ts';
import { parseNamespace } from '../../proc/namespace-link.ts';
import { parseLinks } from '../links.ts';
import { again } from '../look-inside.ts';
import { listNamespaces, lsnsArgv } from '../lsns.ts';
import { parseNetworkNamespaces } from '../peer-ifindex.ts';
import { HOST, inPlace, isHeldByFile, pinnedPlaces, type Place } from '../netns-path.ts';
import { isInForce, tablesIn, type SeenMark } from './in-force.ts';
import { parseMark } from './mark.ts';
import { believed, type Believed } from './cut-notes.ts';
import type { DevicePoint } from '../netns-path.ts';
import { tableName } from './ruleset.ts';

/** A device with dbg's mark. */
export interface Marked extends DevicePoint {
  readonly mark: SeenMark;
}

/** What dbg's cuts have left on this host. */
export interface Remains {
  readonly marked: readonly Marked[];
  /** tables without a mark: their device has ended, or somebody wrote another alias over it */
  readonly tables: readonly { readonly place: Place; readonly name: string }[];
  /** devices of the host, or of a namespace of the engine's, with a mark that is not believed */
  readonly doubtful: readonly string[];
}

const AT_ONCE = 8;

/**
 * Every cut of dbg's on this host, in whatever network namespace: the host's own, those that processes are in, and those that a file
 * holds. No engine is asked. Changes nothing. What a container may have written in its own namespace is left out (notes.ts).
 */
export async function findRemains(host: Host): Promise<Remains> {
  const [places, marks] = [await allPlaces(host), believed(host)];
  const found: Remains[] = [];
  for (let at = 0; at < places.length; at += AT_ONCE) {
    found.push(...(await Promise.all(places.slice(at, at + AT_ONCE).map((place) => remainsIn(host, place, marks)))));
  }
  return {
    marked: found.flatMap(({ marked }) => marked),
    tables: found.flatMap(({ tables }) => tables),
    doubtful: found.flatMap(({ doubtful }) => doubtful),
  };
}

async function allPlaces(host: Host): Promise<Place[]> {
  const own = parseNamespace(hostNamespace(host, 'net'));
  const lsns = await again(() => listNamespaces(host, lsnsArgv('NS,PID'), (argv) => inHostNetwork(host, argv)));
  const ofProcesses = parseNetworkNamespaces(lsns).flatMap(({ inode, pid }) =>
    pid === undefined ? [] : [{ path: `/proc/${pid}/ns/net`, netns: inode }],
  );
  const all = [...ofProcesses, ...pinnedPlaces(host, 1)];
  const others = all.filter(({ netns }, at) => netns !== own && all.findIndex((other) => other.netns === netns) === at);
  return [HOST, ...others];
}

/** A namespace that ends meanwhile has no cuts. */
async function remainsIn(host: Host, place: Place, marks: Believed): Promise<Remains> {
  const output = (argv: readonly string[]) => again(() => host.output(inPlace(host, place, argv))).catch(() => '');
  const look = await output(['ip', '-d', '-j', 'link']);
  if (look === '') return { marked: [], tables: [], doubtful: [] };
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
  const isMarked = new Set(marked.map(({ device }) => tableName(device.ifindex)));
  const isLeft = (name: string) =>
    /^dbg_\d+$/.test(name) && !isMarked.has(name) && marks.table(place, Number(name.slice('dbg_'.length)));
  return { marked, tables: [...(tables?.keys() ?? [])].filter(isLeft).map((name) => ({ place, name })), doubtful };
}

/** The argv that removes a table without a mark. */
export const deleteTable = (host: Host, { place, name }: Remains['tables'][number]): string[] =>
  inPlace(host, place, ['nft', 'delete', 'table', 'netdev', name]);
