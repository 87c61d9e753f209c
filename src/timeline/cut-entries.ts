import type { EntryContainer, TimelineEntry } from './timeline-entry.ts';

/** A cut as it was seen on this host. Times are in seconds since the epoch. */
export interface SeenCut {
  /** unique to this cut and device */
  readonly key: string;
  /** what was done: "down", "loss:30%" … */
  readonly what: string;
  readonly by: string;
  readonly since: number;
  /** 0: until somebody undoes it */
  readonly until: number;
  /** "container/interface" */
  readonly whose: string;
  readonly device: string;
  readonly isInForce: boolean;
}

type State = 'found' | 'made' | 'changed' | 'not in force' | 'in force again' | 'undone' | 'gone';

/**
 * What happened to cuts between two looks. `former`: undefined at the first look.
 * @param devices the names of the devices that are there now
 */
export function cutEntries(
  former: readonly SeenCut[] | undefined,
  now: readonly SeenCut[],
  devices: ReadonlySet<string>,
  at: number,
  containerOf: (whose: string) => EntryContainer | undefined,
): TimelineEntry[] {
  const before = new Map(former?.map((cut) => [cut.key, cut]));
  const there = new Set(now.map(({ key }) => key));
  const entry = (cut: SeenCut, state: State) => ({
    at,
    kind: 'cut' as const,
    container: containerOf(cut.whose),
    ...told(cut, state),
  });
  return [
    ...now.flatMap((cut) => {
      const earlier = before.get(cut.key);
      if (earlier === undefined) return [entry(cut, former === undefined ? 'found' : 'made')];
      if (earlier.what !== cut.what || earlier.until !== cut.until) return [entry(cut, 'changed')];
      if (earlier.isInForce !== cut.isInForce) return [entry(cut, cut.isInForce ? 'in force again' : 'not in force')];
      return [];
    }),
    ...(former ?? [])
      .filter(({ key }) => !there.has(key))
      .map((cut) => entry(cut, devices.has(cut.device) ? 'undone' : 'gone')),
  ];
}

function told(cut: SeenCut, state: State): Pick<TimelineEntry, 'text' | 'details'> {
  const { what, by, since, until, whose, device, isInForce } = cut;
  const on = whose.split('/').at(-1) ?? device;
  const details = { state, what, by, since, until: until || null, interface: on, device, isInForce };
  const end = until === 0 ? 'until it is undone' : `until ${new Date(until * 1000).toISOString().replace('.000', '')}`;
  const words: Readonly<Record<State, string>> = {
    found: `is cut already: ${on} ${what}, by ${by}, ${end}${isInForce ? '' : '; it is not in force now'}`,
    made: `was cut: ${on} ${what}, by ${by}, ${end}`,
    changed: `its cut was changed: ${on} ${what}, by ${by}, ${end}`,
    'not in force': `its cut is in force no more, though nobody has undone it: ${on} ${what}`,
    'in force again': `its cut is in force again: ${on} ${what}`,
    undone: `its cut was undone: ${on} ${what}`,
    gone: `its cut has ended with its device ${device}: ${on} ${what}`,
  };
  return { text: words[state], details };
}
