import type { Collection, HostPicture } from './host-picture.ts';

/** What is new or has changed in each collection, and the keys of what has gone. */
export type Changes = {
  readonly [Name in Collection]?: {
    readonly put: HostPicture[Name];
    readonly gone: readonly string[];
  };
};

export const EMPTY: HostPicture = { cards: [], buses: [], wires: [], flows: [], usage: [], badges: [] };

/**
 * What has to be done to a picture to make another of it; undefined when they are the same. Pure.
 */
export function changesBetween(before: HostPicture, now: HostPicture): Changes | undefined {
  const names = Object.keys(now) as Collection[];
  const changed = names.flatMap((name) => {
    if (before[name] === now[name]) return [];
    const was = new Map(before[name].map((each) => [each.key, JSON.stringify(each)]));
    const put = now[name].filter((each) => was.get(each.key) !== JSON.stringify(each));
    const is = new Set(now[name].map(({ key }) => key));
    const gone = [...was.keys()].filter((key) => !is.has(key));
    return put.length + gone.length === 0 ? [] : [[name, { put, gone }]];
  });
  return changed.length === 0 ? undefined : (Object.fromEntries(changed) as Changes);
}

/** The picture that changes make of another one. Pure. */
export function applied(before: HostPicture, changes: Changes): HostPicture {
  const parts = (Object.keys(changes) as Collection[]).map((name) => {
    const all = new Map(before[name].map((each) => [each.key, each] as [string, { readonly key: string }]));
    for (const key of changes[name]!.gone) all.delete(key);
    for (const each of changes[name]!.put) all.set(each.key, each);
    return [name, [...all.values()]] as const;
  });
  return { ...before, ...Object.fromEntries(parts) };
}
