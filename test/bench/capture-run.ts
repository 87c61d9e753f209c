import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { packetsIn, pcapReader } from '../../src/capture/formats/pcap.ts';

/** A capture that runs. */
export interface Capture {
  readonly pid: number;
  /** Waits until what was sent is in the file. */
  settled(): Promise<void>;
  /** Ends it in good order; gives what it said. */
  end(): Promise<string>;
}

/** libpcap keeps packets of a quiet wire for a second, and bare tcpdump loses those that it keeps when it ends. */
const SETTLED_MS = 1_200;
const PATIENCE_MS = 20_000;

/** Starts a program that captures, and waits until it says that it does. */
export async function startCapture([file = '', ...args]: readonly string[], begun: RegExp): Promise<Capture> {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const ended = once(child, 'close');
  const listens = new Promise<void>((resolve) =>
    child.stderr.on('data', (piece: Buffer) => {
      said += piece.toString();
      if (begun.test(said)) resolve();
    }),
  );
  const deadline = after(PATIENCE_MS, undefined, { ref: false });
  await Promise.race([listens, ended, deadline]);
  if (!begun.test(said)) {
    child.kill('SIGKILL');
    throw new Error(`${file} did not begin to capture: ${said}`);
  }
  return {
    pid: child.pid!,
    settled: () => after(SETTLED_MS),
    end: async () => {
      child.kill('SIGINT');
      const last = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await ended;
      clearTimeout(last);
      return said;
    },
  };
}

/** Processor time of a process and all that it started, those that have ended too, in seconds; proc(5), stat. */
export function processorSeconds(pid: number): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const from = (root: number): number =>
    all.reduce((sum, each) => {
      const own = each.pid === root ? each.ticks : 0;
      return sum + own + (each.parent === root ? from(each.pid) : 0);
    }, 0);
  return from(pid) / TICKS;
}

/** In a second: sysconf(3), _SC_CLK_TCK, wherever Node runs. */
const TICKS = 100;

function statOf(pid: number): { pid: number; parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), ticks };
  } catch {
    return undefined;
  }
}

/** What a process holds of memory, in MB: now (VmRSS), or at most until now (VmHWM). */
export function memory(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kib) * 1024) / 1e6;
}

/**
 * How many packets of one length there are in a file of tcpdump's: what else comes by is not counted. On all devices a packet has 20 bytes
 * in place of Ethernet's 14 (Linux cooked v2).
 */
export function packetsOf(path: string, length: number): number {
  const reader = pcapReader();
  let count = 0;
  for (const piece of pieces(path)) {
    const records = reader.push(piece);
    const header = reader.header();
    if (header)
      count += packetsIn(records, header).filter(
        ({ originalLength }) => originalLength === length + (header.linkType === 276 ? 6 : 0),
      ).length;
  }
  return count;
}

/** The same of a pcapng file. */
export function packetsOfNg(path: string, length: number): number {
  const bytes = readFileSync(path);
  let count = 0;
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    if (bytes.readUInt32LE(at) === 6 && bytes.readUInt32LE(at + 24) === length) count++;
  }
  return count;
}

function* pieces(path: string): Generator<Buffer> {
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const piece = Buffer.alloc(1024 * 1024);
      const length = readSync(fd, piece);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}
