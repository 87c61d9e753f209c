import { basename, dirname, extname, join } from 'node:path';
import { errorCode, errorMessage } from '../errors.ts';
import type { OutputFile } from '../host/host.ts';
import type { Ending } from './recorder.ts';

/** How what is written may be taken apart. */
export interface Format {
  /** how many bytes of a part are whole packets that together are at most `limit` bytes */
  cut(part: Buffer, limit: number): number;
  count(part: Buffer): number;
}

export interface FileWish {
  readonly path: string;
  /** bytes in all after which the capture is over */
  readonly maxSize: number | undefined;
  readonly ring: { readonly files: number; readonly size: number } | undefined;
}

export interface Files {
  /** Makes a file, as the person. */
  create(path: string): Promise<OutputFile>;
  remove(path: string): void;
  now(): number;
}

export interface CaptureFile {
  /** Takes whole packets. They are written in their order, while dbg goes on. */
  write(packets: Buffer): void;
  /** Takes what this file, and from now on each of a ring, has before its packets. */
  begin(part: Buffer): void;
  /** how many bytes wait for the disk */
  waiting(): number;
  /** Calls back, once, when the file takes no more. */
  onEnding(hear: (ending: Ending) => void): void;
  /** of whole packets that are in the file, or the files of the ring that are still there or were */
  written(): { readonly packets: number; readonly bytes: number };
  /** the files that there are */
  paths(): readonly string[];
  /** Writes what waits, and closes. */
  close(): Promise<void>;
}

interface Part {
  readonly bytes: Buffer;
  readonly begins: boolean;
}

/** Opens the first file of a capture. */
export async function openCapture(files: Files, wish: FileWish, format: Format): Promise<CaptureFile> {
  const { ring, maxSize = Infinity } = wish;
  const paths: string[] = [];
  const beginning: Buffer[] = [];
  let serial = 0;
  let file = await next();
  let size = 0;
  let packets = 0;
  let bytes = 0;
  let queue: Part[] = [];
  let waiting = 0;
  let ending: Ending | undefined;
  let tell: (why: Ending) => void = () => undefined;
  let turn: Promise<void> = Promise.resolve();
  let isWorking = false;

  async function next(): Promise<OutputFile> {
    const path = ring ? ringPath(wish.path, ++serial, files.now()) : wish.path;
    const made = await files.create(path);
    paths.push(path);
    if (ring && paths.length > ring.files) files.remove(paths.shift()!);
    return made;
  }
  function end(why: Ending): void {
    if (ending) return;
    ending = why;
    [queue, waiting] = [[], 0];
    tell(why);
  }
  /** Writes; of what is torn by a failure, `whole` says how much may stay: the file is readable then too. */
  async function put(part: Buffer, whole: (written: number) => number): Promise<number> {
    const { written, error } = await file.write([part]);
    const kept = error ? whole(written) : written;
    if (error) {
      await file.truncate(size + kept).catch(() => undefined);
      end(errorCode(error) === 'EPIPE' ? { kind: 'left' } : failure(paths.at(-1)!, error));
    }
    size += kept;
    bytes += kept;
    return kept;
  }
  async function putPackets(part: Buffer): Promise<void> {
    const kept = await put(part, (written) => format.cut(part, written));
    packets += format.count(part.subarray(0, kept));
  }
  /** Writes packets, over as many files as it takes. */
  async function store(part: Buffer): Promise<void> {
    let rest = part;
    while (!ending) {
      const room = { file: ring ? ring.size - size : Infinity, all: maxSize - bytes };
      const least = Math.min(room.file, room.all);
      const fits = least >= rest.length ? rest.length : format.cut(rest, least);
      await putPackets(rest.subarray(0, fits));
      rest = rest.subarray(fits);
      if (rest.length === 0) return;
      if (room.all <= room.file) return end({ kind: 'full' });
      await file.close();
      file = await next();
      size = 0;
      await put(Buffer.concat(beginning), () => 0);
    }
  }
  async function work(): Promise<void> {
    isWorking = true;
    while (queue.length > 0 && !ending) {
      const to = queue.findIndex(({ begins }) => begins);
      const some = queue.splice(0, to === 0 ? 1 : to < 0 ? queue.length : to);
      const part = some.length === 1 ? some[0]!.bytes : Buffer.concat(some.map((each) => each.bytes));
      try {
        if (to === 0) {
          beginning.push(part);
          await put(part, () => 0);
        } else await store(part);
      } catch (error) {
        end(failure(wish.path, error));
      }
      waiting = Math.max(0, waiting - part.length);
    }
    isWorking = false;
  }
  function take(bytesOf: Buffer, begins: boolean): void {
    if (ending) return;
    queue.push({ bytes: bytesOf, begins });
    waiting += bytesOf.length;
    if (!isWorking) turn = work();
  }

  return {
    write: (part) => take(part, false),
    begin: (part) => take(part, true),
    waiting: () => waiting,
    onEnding: (hear) => (tell = hear),
    written: () => ({ packets, bytes }),
    paths: () => paths,
    close: async () => {
      await turn;
      await file.close();
    },
  };
}

/** dumpcap's way of naming: by number and time, so that names sort, and nothing of an earlier capture is written over. */
function ringPath(path: string, serial: number, now: number): string {
  const extension = extname(path);
  const time = new Date(now).toISOString().replace(/\D/g, '').slice(0, 14);
  const name = `${basename(path, extension)}_${String(serial).padStart(5, '0')}_${time}${extension}`;
  return join(dirname(path), name);
}

function failure(path: string, error: unknown): Ending {
  const isFull = errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT';
  const message = isFull ? `no space left for ${path}` : `${path} cannot be written: ${errorMessage(error)}`;
  return { kind: 'failed', message };
}
