import { parseNamespace } from '../../proc/namespace-link.ts';
import type { Host } from '../../host/host.ts';
import { hostNamespace } from '../../host/host-namespace.ts';
import type { Link } from '../links.ts';
import { isHeldByFile, type NetnsPath } from '../netns-path.ts';
import { parseMark, type Mark } from './mark.ts';

interface Point {
  readonly device: Link;
  readonly place: NetnsPath;
}

/** Notes that a device has got a mark: only root can write a note, which is what makes the mark worth believing. */
export function note(host: Host, at: Point, alias: string): void {
  host.notes.write(nameOf(host, at.place, at.device.ifindex), own(alias));
}

/** Takes the note of a mark away; not that of another mark which the device has got since. */
export function forget(host: Host, { place, device }: Point, alias = device.alias): void {
  const name = nameOf(host, place, device.ifindex);
  if (host.notes.all().get(name) === own(alias)) host.notes.remove(name);
}

/** Whether what stands on a device is a mark that dbg has made there. */
export const isNoted = (host: Host, { place, device }: Point): boolean =>
  host.notes.all().get(nameOf(host, place, device.ifindex)) === own(device.alias);

/** What is believed of what stands on devices. */
export interface Believed {
  /** a device's mark; undefined when it has none, or one that a container may have written */
  mark(at: Point): Mark | undefined;
  /** whether what has dbg's name or handle there, and no mark, is dbg's */
  isOurs(place: NetnsPath, ifindex: number): boolean;
}

/**
 * Tells dbg's own marks from forged ones. Who has NET_ADMIN in a network namespace writes there what it likes: a mark in the container's
 * own is believed when root's note of it says the same. On the host, and in a namespace that the engine holds by a file, root alone
 * writes; but a device may have been moved there with what stands on it (ip-link(8), netns). So there, without a note, only that of a
 * port of a bridge is believed, as each host device of an engine's is.
 */
export function believed(host: Host): Believed {
  const notes = host.notes.all();
  return {
    mark: ({ place, device }) => {
      const mark = parseMark(device.alias);
      if (mark === undefined) return undefined;
      const hasNote = notes.get(nameOf(host, place, device.ifindex)) === own(device.alias);
      return hasNote || (isHeldByFile(place) && device.master !== undefined) ? mark : undefined;
    },
    isOurs: (place, ifindex) => isHeldByFile(place) || notes.has(nameOf(host, place, ifindex)),
  };
}

/** Takes away the notes of marks that are nowhere any more; not those of cuts that are just being made. */
export function forgetOthers(host: Host, there: readonly Point[], now: number): void {
  const names = new Set(there.map(({ place, device }) => nameOf(host, place, device.ifindex)));
  for (const [name, text] of host.notes.all()) {
    const since = parseMark(text)?.since ?? 0;
    if (!names.has(name) && now - since * 1000 > BEING_MADE_MS) host.notes.remove(name);
  }
}

const BEING_MADE_MS = 60_000;

/** A device by what the kernel calls it: an ifindex counts within its namespace. */
function nameOf(host: Host, { netns }: NetnsPath, ifindex: number): string {
  return `cut-${netns ?? parseNamespace(hostNamespace(host, 'net'))}-${ifindex}`;
}

/** A mark without the alias that was there before. */
const own = (alias: string) => alias.split(' | ')[0]!;
