import { parseNamespace } from '../../proc/pid/namespace-link.ts';
import type { Host } from '../../host/host.ts';
import { hostNamespace } from '../../host/host-namespace.ts';
import type { Link } from '../links.ts';
import { isHeldByFile, type NetnsPath } from '../netns-path.ts';
import { parseMark, type Mark } from './mark.ts';

interface Point {
  readonly device: Link;
  readonly place: NetnsPath;
}

/**
 * Writes root's note that a device has got a mark. A container can write a mark, but only root can
 * write a note.
 */
export function note(host: Host, at: Point, alias: string): void {
  host.notes.write(nameOf(host, at.place, at.device.ifindex), own(alias));
}

/**
 * Removes the note of a mark. If the device has got another mark since, the note of that mark
 * stays.
 */
export function forget(host: Host, { place, device }: Point, alias = device.alias): void {
  const name = nameOf(host, place, device.ifindex);
  if (host.notes.all().get(name) === own(alias)) host.notes.remove(name);
}

/** Whether dbg itself made the mark that is on a device: its note says the same. */
export const isNoted = (host: Host, { place, device }: Point): boolean =>
  host.notes.all().get(nameOf(host, place, device.ifindex)) === own(device.alias);

/** The network namespaces in which root's notes say that a device is cut, by their inodes. */
export const notedNamespaces = (host: Host): number[] =>
  [...host.notes.all().keys()].flatMap((name) => /^cut-(\d+)-\d+$/.exec(name)?.[1] ?? []).map(Number);

/** Which of dbg's traces on devices are to be believed. */
export interface Believed {
  /** a device's mark; undefined when it has none, or when a container may have written it */
  mark(at: Point): Mark | undefined;
  /**
   * whether a table or queueing discipline without a mark, but with dbg's name or handle, is dbg's
   */
  isOurs(place: NetnsPath, ifindex: number): boolean;
}

/**
 * Tells dbg's own marks from forged ones. Whoever has NET_ADMIN in a network namespace can write
 * any alias there.
 * - In a container's own namespace, a mark is believed when root's note of it says the same.
 * - On the host, and in a namespace that the engine holds by a file, only root can write. But a
 *   device may have been moved there together with its alias (ip-link(8), netns). So a mark without
 *   a note is believed only on a port of a bridge: each host device of an engine is one.
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

/**
 * Removes the notes of marks that are on no device any more. Notes younger than a minute stay:
 * their cut may not be finished yet.
 */
export function forgetOthers(host: Host, there: readonly Point[], now: number): void {
  const names = new Set(there.map(({ place, device }) => nameOf(host, place, device.ifindex)));
  for (const [name, text] of host.notes.all()) {
    const since = parseMark(text)?.since ?? 0;
    if (!names.has(name) && now - since * 1000 > BEING_MADE_MS) host.notes.remove(name);
  }
}

const BEING_MADE_MS = 60_000;

/**
 * The name of a device's note: the inode of its namespace and its ifindex, as an ifindex counts
 * within one namespace.
 */
function nameOf(host: Host, { netns }: NetnsPath, ifindex: number): string {
  return `cut-${netns ?? parseNamespace(hostNamespace(host, 'net'))}-${ifindex}`;
}

/** The mark in an alias, without the foreign alias that is kept behind it. */
const own = (alias: string) => alias.split(' | ')[0]!;
