import { close, constants as fs, ftruncate, open, statfs, writev } from 'node:fs';
import { promisify } from 'node:util';
import { errorCode } from '../../errors.ts';
import type { Become, CreatedFile, CreateOptions, OpenFile, Person } from '../host-files.ts';
import { openOutput } from './open-output.ts';
import { whenReaderLeaves } from '../run/reader-left.ts';
import type { Who } from './trust.ts';

/** Opens or makes a file that dbg fills: see Host.create. `own` is the user of this process. */
export async function createFile(
  path: string,
  person: Person | undefined,
  { become, own }: { readonly become: Become; readonly own: Who },
  { mode = 0o644, append = false, waits }: CreateOptions = {},
): Promise<CreatedFile> {
  const openIt = () => openOutput(path, person ?? own, mode, append);
  for (let hasWaited = false; ; hasWaited = true) {
    const opened = person ? become(person, openIt) : openIt();
    if (opened !== 'unread') {
      const { descriptor, stats, isNew } = opened;
      // A FIFO was opened with O_NONBLOCK, so that opening did not wait. It is opened again without
      // that: a writer would have to ask again and again whether there is room.
      const blocking = stats.isFIFO() ? await again(descriptor) : descriptor;
      const file = stats.isFIFO() ? readFile(blocking) : openedFile(blocking);
      return { ...file, stats, isNew };
    }
    if (!hasWaited) waits?.();
    await new Promise((resolve) => setTimeout(resolve, UNREAD_MS));
  }
}

/** How often dbg looks whether a FIFO has a reader now. */
const UNREAD_MS = 50;

/** Opens the same file once more, not by a name that somebody else could exchange. */
async function again(descriptor: number): Promise<number> {
  const another = await promisify(open)(`/proc/self/fd/${descriptor}`, fs.O_WRONLY);
  await promisify(close)(descriptor);
  return another;
}

/**
 * What is written to stdout: a capture for another program, or what follows the text that a shell's
 * `>>` found there. So it is never truncated.
 */
export const standardOutput = (descriptor: 1 | 2 = 1): OpenFile => ({
  ...readFile(descriptor),
  truncate: async () => undefined,
});

/** A file that somebody may read while it is written. */
const readFile = (descriptor: number): OpenFile => ({
  ...openedFile(descriptor),
  whenReaderLeaves: (onEvent) => whenReaderLeaves(descriptor, onEvent),
});

/** A file that is open already: another thread of dbg opened it. */
export function openedFile(fd: number): OpenFile {
  return {
    descriptor: fd,
    write: (parts) => writeAll(fd, parts),
    truncate: (length) => promisify(ftruncate)(fd, length),
    close: async () => (fd <= 2 ? undefined : promisify(close)(fd)),
  };
}

/**
 * Writes all parts. writev(2) may write less than it was given. On a disk that becomes full it does
 * so, and fails only when it is called again.
 */
async function writeAll(fd: number, parts: readonly Buffer[]): Promise<{ written: number; error: Error | undefined }> {
  let left = parts.filter(({ length }) => length > 0);
  let written = 0;
  while (left.length > 0) {
    const some = left.slice(0, MOST_PARTS);
    try {
      const count = await writeSome(fd, some);
      written += count;
      left = behind(left, count);
    } catch (error) {
      // A full pipe or terminal that another process, which has it open too, has made non-blocking.
      if (errorCode(error) !== 'EAGAIN') return { written, error: error as Error };
      await new Promise((resolve) => setTimeout(resolve, FULL_MS));
    }
  }
  return { written, error: undefined };
}

const FULL_MS = 5;

/** IOV_MAX of Linux (writev(2)). */
const MOST_PARTS = 1024;

function writeSome(fd: number, parts: readonly Buffer[]): Promise<number> {
  return new Promise((resolve, reject) =>
    writev(fd, [...parts], (error, count) => (error ? reject(error) : resolve(count))),
  );
}

function behind(parts: readonly Buffer[], count: number): Buffer[] {
  let rest = count;
  return parts.flatMap((part) => {
    const skipped = Math.min(rest, part.length);
    rest -= skipped;
    return skipped === part.length ? [] : [part.subarray(skipped)];
  });
}

/**
 * Bytes on the file system of a folder: those that are free for users other than root, and all
 * (statfs(2)).
 */
export async function diskSpace(folder: string): Promise<{ free: number; size: number }> {
  const { bavail, blocks, bsize } = await promisify(statfs)(folder);
  return { free: bavail * bsize, size: blocks * bsize };
}
