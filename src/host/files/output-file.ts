import { close, constants as fs, ftruncate, open, statfs, writev } from 'node:fs';
import { promisify } from 'node:util';
import { errorCode } from '../../errors.ts';
import type { Become, CreatedFile, CreateOptions, OpenFile, Person } from '../host-files.ts';
import { openOutput } from './open-output.ts';
import { whenReaderLeaves } from '../run/reader-left.ts';
import type { Who } from './trust.ts';

/** A file that dbg fills; see Host.create. `own`: who this process is. */
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
      // Opened without waiting (O_NONBLOCK): its writer would have to ask again and again whether there is room.
      const blocking = stats.isFIFO() ? await again(descriptor) : descriptor;
      const file = stats.isFIFO() ? readFile(blocking) : openedFile(blocking);
      return { ...file, stats, isNew };
    }
    if (!hasWaited) waits?.();
    await new Promise((resolve) => setTimeout(resolve, UNREAD_MS));
  }
}

/** How often it is looked whether a FIFO has a reader now. */
const UNREAD_MS = 50;

/** Opens the same once more, by no name that somebody else could exchange. */
async function again(descriptor: number): Promise<number> {
  const another = await promisify(open)(`/proc/self/fd/${descriptor}`, fs.O_WRONLY);
  await promisify(close)(descriptor);
  return another;
}

/** What is written to stdout: a capture for another program, or behind what a shell's `>>` found there, which stays. */
export const standardOutput = (descriptor: 1 | 2 = 1): OpenFile => ({
  ...readFile(descriptor),
  truncate: async () => undefined,
});

/** One that somebody reads while it is written. */
const readFile = (descriptor: number): OpenFile => ({
  ...openedFile(descriptor),
  whenReaderLeaves: (onEvent) => whenReaderLeaves(descriptor, onEvent),
});

/** A file that is open already, as another thread of dbg has made it. */
export function openedFile(fd: number): OpenFile {
  return {
    descriptor: fd,
    write: (parts) => writeAll(fd, parts),
    truncate: (length) => promisify(ftruncate)(fd, length),
    close: async () => (fd <= 2 ? undefined : promisify(close)(fd)),
  };
}

/** writev(2) may write less than it was given: on a disk that becomes full it does, and fails only when called again. */
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
      // A pipe or terminal that somebody else who has it too made non-blocking: it is full.
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

/** What is free for people who are not root, in bytes, on the file system of a folder, and its size (statfs(2)). */
export async function diskSpace(folder: string): Promise<{ free: number; size: number }> {
  const { bavail, blocks, bsize } = await promisify(statfs)(folder);
  return { free: bavail * bsize, size: blocks * bsize };
}
