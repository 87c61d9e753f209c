import { closeSync, constants as fs, fstatSync, openSync, readSync } from 'node:fs';
import type { KeptFile } from '../host-files.ts';

/** With the smallest pages, of 4 KiB. No line of such a file is that long. */
const HALF_A_PAGE = 2048;
/** All kept files are read into the same memory, one after the other. It grows with the longest. */
let buffer = Buffer.allocUnsafe(16_384);

/**
 * Opens a regular file of the kernel's to be read from its beginning again and again, at most
 * `limit` bytes. Throws a system error when there is none.
 */
export function keepFile(path: string, limit: number): KeptFile {
  // O_NONBLOCK: what is no file of the kernel's, a FIFO, is not waited for.
  const descriptor = openSync(path, fs.O_RDONLY | fs.O_NOCTTY | fs.O_NONBLOCK);
  if (!fstatSync(descriptor).isFile()) {
    closeSync(descriptor);
    throw new Error(`${path} is not a file`);
  }
  let isOpen = true;
  return {
    read: () => {
      // A number that was closed may be another file's by now.
      if (!isOpen) return undefined;
      try {
        return readAll(descriptor, limit);
      } catch {
        return undefined;
      }
    },
    close: () => {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

/**
 * pread(2) from 0 makes the kernel write the text of such a file anew (seq_file in the kernel). It
 * gives as many lines at once as a page holds, so less than half a page is all there is.
 */
function readAll(descriptor: number, limit: number): string {
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, length, Math.min(buffer.length, limit) - length, length);
    length += read;
    if (read < HALF_A_PAGE || length >= limit) return buffer.toString('utf8', 0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer], 4 * length);
  }
}
