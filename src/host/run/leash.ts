import { lineReader } from '../../line-reader.ts';
import { parseStartTime } from '../../proc/pid/stat.ts';
import {
  closeSync,
  constants as fs,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  writeSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { makePipe } from './pipe.ts';

/**
 * The connection from the person's dbg to root's dbg, which the person's started through sudo. It
 * is needed for three reasons:
 *
 * - The person's dbg cannot signal root's.
 * - sudo passes on no signal that comes from its own process group.
 * - sudo does not end when its parent is killed.
 *
 * So root's dbg reads a pipe(7) that the person's writes to. A line is a signal. The end of the
 * pipe is the end of the person's dbg, however it dies.
 *
 * The pipe has no name that others could use. sudo closes what is open (closefrom), so root's dbg
 * opens the pipe anew, as /proc/PID/fd/N of the person's. The kernel lets nobody do that but the
 * person and root (proc(5), PTRACE_MODE_READ). A socket would be open to other users, who could
 * keep a name in /proc/net/unix busy. A file would stay behind after kill -9.
 */
export interface Leash {
  /** where root's dbg finds the pipe; given to it in its environment, and no secret */
  readonly key: string;
  /** Whether root's dbg has come to life. */
  wasTaken(): boolean;
  send(signal: NodeJS.Signals): void;
  end(): void;
}

/** The variable by which root's dbg learns the key. */
export const LEASH_VARIABLE = 'DBG_LEASH';

/**
 * Lies in the pipe until root's dbg takes it out. Its absence tells the person's dbg that root's
 * has come to life.
 */
const TOKEN = 'leash\n';

/**
 * Opens a leash. execve(2) closes its ends (O_CLOEXEC, which Node sets): no program that dbg starts
 * keeps it open.
 */
export async function openLeash(): Promise<Leash> {
  const { readEnd, writeEnd } = await makePipe((path) => ({
    readEnd: openSync(path, fs.O_RDONLY | fs.O_NONBLOCK),
    writeEnd: openSync(path, fs.O_WRONLY | fs.O_NONBLOCK),
  }));
  // Root's dbg may be gone, or stopped for so long that the pipe is full. A signal that cannot be
  // written then is dropped: root's dbg does not wait for it.
  const write = (text: string) => void optional(() => writeSync(writeEnd, text));
  write(TOKEN);
  const pid = readlinkSync('/proc/self');
  return {
    key: `${pid}:${startTime(pid)}:${readEnd}`,
    wasTaken: () => {
      const left = contents(readEnd);
      write(left);
      return !left.includes(TOKEN);
    },
    send: (signal) => write(`${signal}\n`),
    end: () => [readEnd, writeEnd].forEach(closeSync),
  };
}

/**
 * Root's end of the leash. Calls back for each signal, and when the person's dbg is gone. It does
 * not keep the process alive.
 */
export function followLeash(key: string, onSignal: (signal: NodeJS.Signals) => void, onGone: () => void): void {
  const taken = optional(() => takeLeash(key));
  if (taken === undefined) return onGone();
  const { add } = lineReader((line) => {
    if (/^SIG\w+$/.test(line)) onSignal(line as NodeJS.Signals);
  });
  add(taken.said);
  const socket = new Socket({ fd: taken.pipe, readable: true, writable: false });
  socket.on('data', add);
  socket.on('error', () => undefined);
  socket.on('close', onGone);
  socket.unref();
}

/**
 * Opens the pipe of the person's dbg and takes out the token, with all else that is in it. Throws
 * when that process is gone, also when another process has its number.
 */
function takeLeash(key: string): { readonly pipe: number; readonly said: string } {
  const [, pid = '', start, descriptor] = /^(\d+):(\d+):(\d+)$/.exec(key) ?? [];
  const pipe = openSync(`/proc/${pid}/fd/${descriptor}`, fs.O_RDONLY | fs.O_NONBLOCK);
  if (startTime(pid) !== start || !fstatSync(pipe).isFIFO()) throw new Error('another process');
  return { pipe, said: contents(pipe) };
}

/** What is in a pipe now. A pipe holds 64 KiB (pipe(7)). */
function contents(pipe: number): string {
  const buffer = Buffer.alloc(65_536);
  return buffer.toString('latin1', 0, optional(() => readSync(pipe, buffer)) ?? 0);
}

const startTime = (pid: string) => parseStartTime(readFileSync(`/proc/${pid}/stat`, 'latin1'))!;

function optional<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
