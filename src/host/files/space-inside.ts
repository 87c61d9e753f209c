import { closeSync, fstatSync, opendirSync, statfs } from 'node:fs';
import { promisify } from 'node:util';
import { readBeginning } from '../../bounded-file.ts';
import type { Owner, Space } from '../host-files.ts';
import { pathInside } from './read-inside.ts';

type Place = readonly [root: string, path: string, mountId: number];

/** See Host.spaceInside. */
export const spaceInside = (...place: Place): Promise<Space | undefined> =>
  onMount(place, async (named) => {
    const { bsize, blocks, bfree, bavail, files, ffree } = await promisify(statfs)(`/proc/self/fd/${named}`);
    const [size, used, available] = [blocks * bsize, (blocks - bfree) * bsize, bavail * bsize];
    return { size, used, available, inodes: files, usedInodes: files - ffree };
  });

/** See Host.ownerInside. */
export const ownerInside = (...place: Place): Promise<Owner | undefined> =>
  onMount(place, async (named) => {
    const stat = fstatSync(named);
    return { uid: stat.uid, gid: stat.gid, mode: stat.mode & 0o7777, isFolder: stat.isDirectory() };
  });

/** See Host.namesInside. */
export const namesInside = (...[root, path, mountId, most]: [...Place, most: number]): Promise<string[] | undefined> =>
  onMount([root, path, mountId], async (named) => {
    const names: string[] = [];
    const folder = opendirSync(`/proc/self/fd/${named}`);
    try {
      for (let entry = folder.readSync(); entry !== null && names.length < most; entry = folder.readSync())
        names.push(entry.name);
    } finally {
      folder.closeSync();
    }
    return names;
  });

/**
 * Asks for what a path leads to, if it is on the mount with this number; otherwise undefined. The
 * kernel tells the mount of an open descriptor (proc_pid_fdinfo(5)). So when a container moves a
 * mount, or puts another one over it, that one is not asked.
 */
async function onMount<T>([root, path, mountId]: Place, ask: (named: number) => Promise<T>): Promise<T | undefined> {
  let named: number | undefined;
  try {
    named = pathInside(root, path);
    const facts = readBeginning(`/proc/self/fdinfo/${named}`, 4096).bytes.toString();
    return Number(/^mnt_id:\s*(\d+)$/m.exec(facts)?.[1]) === mountId ? await ask(named) : undefined;
  } catch {
    return undefined;
  } finally {
    if (named !== undefined) closeSync(named);
  }
}
