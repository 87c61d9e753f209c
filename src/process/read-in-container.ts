import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { mountInfo } from '../host/mount-info-of.ts';
import { parseMountInfo } from '../proc/mount-info.ts';
import { answersByItself } from './limits/file-systems.ts';

/**
 * The bytes of a regular file as a process of a container sees it, links followed inside its root.
 * undefined where there is no such file, or it is larger than `limit`. Throws a DbgError where the
 * container has mounted a file system for which a server or a program answers: a link of the
 * container may lead there, and the look would hang.
 */
export async function readInContainer(
  host: Host,
  pid: number,
  path: string,
  limit: number,
): Promise<Buffer | undefined> {
  const mounts = parseMountInfo(mountInfo(host, pid));
  const answers = answersByItself(mounts);
  const foreign = mounts.find(({ id }) => !answers(id));
  if (foreign) throw new DbgError(`its files were not read: a ${foreign.type} mount of it may never answer`);
  return readRegular(host, `/proc/${pid}/root`, path, limit);
}

/** The same below any root, in which nothing hangs. */
export async function readRegular(
  host: Pick<Host, 'openInside'>,
  root: string,
  path: string,
  limit: number,
): Promise<Buffer | undefined> {
  const file = found(host, root, path);
  if (file?.kind !== 'file') return undefined;
  try {
    const pieces: Buffer[] = [];
    for (let size = 0; ;) {
      const piece = await file.next();
      size += piece.length;
      if (size > limit) return undefined;
      if (piece.length === 0) return Buffer.concat(pieces);
      // The buffer of a piece is used again for the next one.
      pieces.push(Buffer.from(piece));
    }
  } finally {
    file.close();
  }
}

function found(host: Pick<Host, 'openInside'>, root: string, path: string) {
  try {
    return host.openInside(root, path);
  } catch {
    return undefined;
  }
}
