import { basename, dirname, extname, join } from 'node:path';
import { errorCode, errorMessage } from '../../errors.ts';
import type { OutputFile } from '../../host/host-files.ts';
import { GATHER_MS, lengthOf, type Part, together, WORTH_A_WRITE } from './gathered-writes.ts';
import type { Ending } from './recorder.ts';

/** How a file's contents may be divided. */
export interface Format {
  /** how many bytes of a part are whole packets that are at most `limit` bytes together */
  cut(part: Buffer, limit: number): number;
  count(part: Buffer): number;
}

/** The file to which a capture goes. */
export interface FileWish {
  readonly path: string;
  /** the capture is over when it has this many bytes in all */
  readonly maxSize: number | undefined;
  /** files of `size` bytes, of which the newest `files` are kept; undefined: one file */
  readonly ring: { readonly files: number; readonly size: number } | undefined;
}

export interface Files {
  /** Makes a file that belongs to the person. */
  create(path: string): Promise<OutputFile>;
  remove(path: string): void;
  now(): number;
}

/** A capture as a file, or as the files of a ring. */
export interface CaptureFile {
  /** Takes whole packets. They are written in their order, a little later, while dbg goes on. */
  write(packets: Buffer): void;
  /**
   * Takes bytes that go before the packets, in this file and, from now on, in each file of a ring.
   */
  begin(part: Buffer): void;
  /** how many bytes wait for the disk */
  waiting(): number;
  /** Calls back once, when the file takes no more. */
  onEnding(onEvent: (ending: Ending) => void): void;
  /**
   * how many whole packets were written, and their bytes; those of removed files of a ring count
   * too
   */
  written(): { readonly packets: number; readonly bytes: number };
  /** the files that are there */
  paths(): readonly string[];
  /** Writes what waits, and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens the first file of a capture. What the file held before stays until something is written. So
 * a mistake in the filter costs no earlier capture; tcpdump does the same.
 */
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
  let isClosing = false;
  let timer: NodeJS.Timeout | undefined;

  const stopWaiting = file.whenReaderLeaves?.(() => end({ kind: 'left' }));

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
  /**
   * Writes parts. Returns how many bytes were written and kept. When the write fails half-way,
   * `whole` says how many of the written bytes may stay, so that the file is readable then too.
   */
  async function put(parts: readonly Buffer[], whole: (written: number) => number): Promise<number> {
    // A pipe and a device cannot be truncated, and that is no failure.
    if (size === 0 && wish.path !== '-') await file.truncate(0).catch(() => undefined);
    const { written, error } = await file.write(parts);
    const kept = error ? whole(written) : written;
    if (error) {
      await file.truncate(size + kept).catch(() => undefined);
      end(errorCode(error) === 'EPIPE' ? { kind: 'left' } : failure(paths.at(-1)!, error));
    }
    size += kept;
    bytes += kept;
    return kept;
  }
  async function putPackets(parts: readonly Buffer[]): Promise<void> {
    const kept = await put(parts, (written) => format.cut(Buffer.concat(parts), written));
    const isAll = kept === lengthOf(parts);
    for (const part of isAll ? parts : [Buffer.concat(parts, kept)]) packets += format.count(part);
  }
  /**
   * How much of a part may be written when not all of it fits. The beginning of a file may have
   * left no room for a packet. Then one packet goes into each file.
   */
  function fitting(part: Buffer, room: number): number {
    const fits = format.cut(part, room);
    const isEmpty = size === lengthOf(beginning);
    return fits === 0 && isEmpty && room < maxSize - bytes ? format.cut(part, LARGEST_PACKET) : fits;
  }
  /** Writes packets, into as many files as it takes. */
  async function store(parts: readonly Buffer[]): Promise<void> {
    let rest = parts;
    while (!ending) {
      const room = { file: ring ? ring.size - size : Infinity, all: maxSize - bytes };
      const least = Math.min(room.file, room.all);
      if (least >= lengthOf(rest)) return putPackets(rest);
      // Parts are joined only when they do not fit. When all parts were joined, the memory of a
      // capture of 2 GB grew by a fifth.
      const joined = Buffer.concat(rest);
      const fits = fitting(joined, least);
      await putPackets([joined.subarray(0, fits)]);
      if (fits === joined.length) return;
      rest = [joined.subarray(fits)];
      if (room.all <= room.file) return end({ kind: 'full' });
      await file.close();
      file = await next();
      size = 0;
      await put(beginning, () => 0);
    }
  }
  async function work(): Promise<void> {
    isWorking = true;
    while (queue.length > 0 && !ending) {
      const isBeginning = queue[0]!.begins;
      const some = queue.splice(0, isBeginning ? 1 : together(queue));
      const parts = some.map((each) => each.bytes);
      try {
        if (isBeginning) {
          beginning.push(...parts);
          await put(parts, () => 0);
        } else await store(parts);
      } catch (error) {
        end(failure(wish.path, error));
      }
      waiting = Math.max(0, waiting - lengthOf(parts));
      if (!isWorthIt()) break;
    }
    isWorking = false;
    if (queue.length > 0) waitForMore();
  }
  const isWorthIt = () => wish.path === '-' || isClosing || waiting >= WORTH_A_WRITE;
  function start(): void {
    clearTimeout(timer);
    timer = undefined;
    turn = work();
  }
  function waitForMore(): void {
    timer ??= setTimeout(start, GATHER_MS);
  }
  function take(bytesOf: Buffer, begins: boolean): void {
    if (ending) return;
    queue.push({ bytes: bytesOf, begins });
    waiting += bytesOf.length;
    if (isWorking) return;
    if (isWorthIt()) start();
    else waitForMore();
  }

  return {
    write: (part) => take(part, false),
    begin: (part) => take(part, true),
    waiting: () => waiting,
    onEnding: (onEvent) => {
      tell = onEvent;
      if (ending) onEvent(ending);
    },
    written: () => ({ packets, bytes }),
    paths: () => paths,
    close: async () => {
      isClosing = true;
      if (!isWorking) start();
      await turn;
      stopWaiting?.();
      await file.close();
    },
  };
}

/** in bytes, with the packet's header: tcpdump keeps at most 256 KiB of a packet */
const LARGEST_PACKET = 300_000;

/**
 * The name of a file of a ring, as dumpcap makes it: with a number and the time. So the names sort,
 * and no file of an earlier capture is overwritten.
 */
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
