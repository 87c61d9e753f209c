import { closeSync, statfs } from 'node:fs';
import { promisify } from 'node:util';
import { readBeginning } from '../../bounded-file.ts';
import type { Space } from '../host-files.ts';
import { pathInside } from './read-inside.ts';

/**
 * See Host.spaceInside. The kernel says of an open descriptor on which mount it is
 * (proc_pid_fdinfo(5)): so a container that moves a mount, or puts another one over it, is not
 * asked for that one's.
 */
export async function spaceInside(root: string, path: string, mountId: number): Promise<Space | undefined> {
  let named: number | undefined;
  try {
    named = pathInside(root, path);
    const facts = readBeginning(`/proc/self/fdinfo/${named}`, 4096).bytes.toString();
    if (Number(/^mnt_id:\s*(\d+)$/m.exec(facts)?.[1]) !== mountId) return undefined;
    const { bsize, blocks, bfree, bavail, files, ffree } = await promisify(statfs)(`/proc/self/fd/${named}`);
    const [size, used, available] = [blocks * bsize, (blocks - bfree) * bsize, bavail * bsize];
    return { size, used, available, inodes: files, usedInodes: files - ffree };
  } catch {
    return undefined;
  } finally {
    if (named !== undefined) closeSync(named);
  }
}
