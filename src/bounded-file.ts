import { closeSync, constants as fs, fstatSync, openSync, readSync, type Stats } from 'node:fs';

/**
 * The flag of open(2) for naming a file without opening it: no device is woken, and no pipe waited
 * for. Node has no name for it.
 */
export const O_PATH = 0o10000000;

/** What was read of a file, and whether that is the whole file. */
export interface Beginning {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/**
 * The first `limit` bytes of a regular file. Every file that somebody else may have filled is read
 * by this. The file is named first, then looked at, and exactly what was looked at is opened:
 * nobody can put a FIFO or a device in between. Throws the system's error, or one with the code
 * EISDIR or EFTYPE for something that is no regular file.
 */
export const readBeginning = (path: string, limit: number): Beginning =>
  withNamed(path, (named, facts) => {
    if (!facts.isFile()) throw notAFile(path, facts);
    return readNamed(named, limit);
  });

/**
 * All of a file that a person named. A pipe is read too when it is named by its descriptor, as a
 * shell passes `<(COMMAND)` on: /dev/fd/63. Such a pipe has a writer already. Throws as
 * readBeginning does, and an error with the code EFBIG for a file that is larger than the limit.
 * @param check may throw before anything is read
 */
export function readWhole(path: string, limit: number, check: (facts: Stats) => void = () => undefined): Buffer {
  const isOwn = /^\/(dev|proc\/self)\/fd\/\d+$/.test(path);
  const { bytes, isWhole } = withNamed(path, (named, facts) => {
    if (isNull(facts)) return { bytes: Buffer.alloc(0), isWhole: true };
    const isPipe = isOwn && facts.isFIFO();
    if (!facts.isFile() && !isPipe) throw notAFile(path, facts);
    check(facts);
    if (facts.size > limit) throw tooLarge(path, limit);
    return readNamed(named, limit, isPipe ? 0 : fs.O_NONBLOCK);
  });
  if (isWhole) return bytes;
  throw tooLarge(path, limit);
}

const tooLarge = (path: string, limit: number) =>
  Object.assign(new Error(`${path} is larger than ${limit / 1024} KiB`), { code: 'EFBIG' });

/**
 * /dev/null, which counts as an empty file: the kernel's device 1:3
 * (Documentation/admin-guide/devices.txt).
 */
const isNull = (facts: Stats) => facts.isCharacterDevice() && facts.rdev === 0x103;

/** Names a file, looks at it, and calls `act` with it. Errors name the file by its path. */
function withNamed<T>(path: string, act: (named: number, facts: Stats) => T): T {
  const named = openSync(path, O_PATH);
  try {
    return act(named, fstatSync(named));
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replace(descriptorPath(named), path);
    throw error;
  } finally {
    closeSync(named);
  }
}

const descriptorPath = (descriptor: number) => `/proc/self/fd/${descriptor}`;

/**
 * Opens the file that an O_PATH descriptor names, and reads it. O_NONBLOCK is needed for two kinds
 * of files: some files of /proc wait for what comes next, and a file on which its owner holds a
 * lease (fcntl(2), F_SETLEASE) would be opened only after 45 seconds.
 */
export function readNamed(named: number, limit: number, nonblocking: number = fs.O_NONBLOCK): Beginning {
  const opened = openSync(descriptorPath(named), fs.O_RDONLY | fs.O_NOCTTY | nonblocking);
  try {
    return readTo(opened, limit);
  } finally {
    closeSync(opened);
  }
}

/**
 * Reads up to `limit` bytes. Most files of /proc say that they are empty, so only reading tells how
 * long one is. One byte more than the limit is read to tell whether there is more.
 */
function readTo(opened: number, limit: number): Beginning {
  let buffer = Buffer.allocUnsafe(Math.min(FIRST_BYTES, limit + 1));
  let length = 0;
  for (;;) {
    const read = readSync(opened, buffer, length, buffer.length - length, null);
    length += read;
    if (length > limit) return { bytes: buffer.subarray(0, limit), isWhole: false };
    if (read === 0) return { bytes: buffer.subarray(0, length), isWhole: true };
    if (length === buffer.length) {
      buffer = Buffer.concat([buffer], Math.min(4 * length, limit + 1));
    }
  }
}

const FIRST_BYTES = 16_384;

function notAFile(path: string, facts: Stats): Error {
  const code = facts.isDirectory() ? 'EISDIR' : 'EFTYPE';
  return Object.assign(new Error(`${path} is ${kindOf(facts)}, not a file`), { code });
}

function kindOf(facts: Stats): string {
  if (facts.isDirectory()) return 'a directory';
  if (facts.isFIFO()) return 'a FIFO';
  if (facts.isSocket()) return 'a socket';
  return 'a device';
}
