import type { Context } from '../../context.ts';
import { hostNamespace, inHostNetwork } from '../../host/host-namespace.ts';
import type { Streamed } from '../../host/host.ts';
import { cutsOfHost, findRemains, type Marked } from '../../network/cut/marked.ts';
import { notedNamespaces } from '../../network/cut/cut-notes.ts';
import { parseNamespace } from '../../proc/pid/namespace-link.ts';
import { cutEntries, type SeenCut } from '../../timeline/cut-entries.ts';
import type { EntryContainer, TimelineEntry } from '../../timeline/timeline-entry.ts';

/**
 * Tells of dbg's cuts on this host as they are made and undone, until the function it gives back is
 * called. The kernel tells of a device's alias, which is the mark of a cut, by `ip -d monitor
 * link`. Containers that come and go alone cause no look. While there is a cut, dbg looks every 5 s
 * whether it is still in force: nobody tells of a flushed firewall.
 */
export function watchCuts(
  { host, now }: Pick<Context, 'host' | 'now'>,
  onEntries: (entries: readonly TimelineEntry[]) => void,
  containerOf: (whose: string) => EntryContainer | undefined,
): () => void {
  let known: readonly SeenCut[] | undefined;
  let isOver = false;
  let isLooking = false;
  let isWanted = false;
  let soon: NodeJS.Timeout | undefined;
  let monitor: Streamed | undefined;

  /** the containers of cuts: one may be gone by the time that its cut is */
  const containers = new Map<string, EntryContainer>();
  function remembered(whose: string): EntryContainer | undefined {
    const found = containerOf(whose) ?? containers.get(whose);
    if (found) containers.set(whose, found);
    return found;
  }
  /** since when cuts are seen that are not in force, by their keys */
  const halfway = new Map<string, number>();
  /**
   * The mark is the first thing of a cut and the last. So a cut that is not in force counts as what
   * it was before, for the time that making or undoing it may take; undefined: as not there.
   */
  function settled(cut: SeenCut): SeenCut | undefined {
    if (cut.isInForce) halfway.delete(cut.key);
    else if (!halfway.has(cut.key)) halfway.set(cut.key, now());
    const isShort = now() - (halfway.get(cut.key) ?? -Infinity) < HALFWAY_MS;
    return isShort ? known?.find(({ key }) => key === cut.key) : cut;
  }
  async function look(): Promise<void> {
    isWanted = isLooking;
    if (isLooking || isOver) return;
    isLooking = true;
    try {
      const { cuts: seen, devices } = await cutsNow(host);
      const cuts = seen.flatMap((cut) => settled(cut) ?? []);
      const there = new Set(seen.map(({ key }) => key));
      for (const key of halfway.keys()) if (!there.has(key)) halfway.delete(key);
      if (!isOver) onEntries(cutEntries(known, cuts, devices, now(), remembered));
      known = cuts;
      if ([...halfway.values()].some((since) => now() - since < HALFWAY_MS)) isWanted = true;
    } catch {
      // ip failed, as when it ran in the middle of many changes: the next look is soon.
      isWanted = true;
    }
    isLooking = false;
    if (isWanted) lookSoon();
  }
  function lookSoon(): void {
    if (isOver) return;
    soon ??= setTimeout(() => {
      soon = undefined;
      void look();
    }, SOON_MS);
  }
  async function follow(): Promise<void> {
    monitor = await host.stream(inHostNetwork(host, ['ip', '-d', 'monitor', 'link']));
    if (isOver) return monitor.signal('SIGTERM');
    monitor.stderr.resume();
    monitor.stdout.on('data', (piece: Buffer) => {
      if ((known ?? []).length > 0 || piece.includes('alias dbg cut')) lookSoon();
    });
    await monitor.ended;
    if (!isOver) setTimeout(() => void follow().catch(() => undefined), EVERY_MS).unref();
  }
  void look();
  void follow().catch(() => undefined);
  const timer = setInterval(() => {
    if ((known ?? []).length > 0 || others(host)) void look();
  }, EVERY_MS);
  return () => {
    isOver = true;
    clearInterval(timer);
    clearTimeout(soon);
    monitor?.signal('SIGTERM');
  };
}

const EVERY_MS = 5_000;
const HALFWAY_MS = 2_000;
/** A cut is several changes, one after the other. */
const SOON_MS = 250;

/** Whether root's notes tell of a cut in another network namespace than the host's. */
function others(host: Context['host']): boolean {
  const own = parseNamespace(hostNamespace(host, 'net'));
  return host.isRoot && notedNamespaces(host).some((netns) => netns !== own);
}

async function cutsNow(host: Context['host']) {
  const { marked, devices } = await cutsOfHost(host);
  const all = others(host) ? (await findRemains(host)).marked : marked;
  return { cuts: all.map(seenCut), devices: new Set([...devices, ...all.map(({ device }) => device.name)]) };
}

const seenCut = ({ device, place, mark }: Marked): SeenCut => ({
  key: `${mark.id} ${place.netns ?? ''} ${device.ifindex}`,
  what: mark.what,
  by: mark.by,
  since: mark.since,
  until: mark.until,
  whose: mark.whose,
  device: device.name,
  isInForce: mark.isInForce,
});
