import { lineReader } from '../../line-reader.ts';
import { parseStartTime } from '../../proc/stat.ts';
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
 * Between the person's dbg and the one that it started through sudo. The first cannot signal the second, which is root's, and
 * sudo hands on nothing that comes from its own process group. Nor does sudo end when its parent is killed. So the second reads
 * a pipe(7) that the first writes to: a line is a signal, and its end is the end of the first, by whatever death.
 *
 * The pipe has no name that others could use. sudo closes what is open (closefrom), so the second opens it anew, as
 * /proc/PID/fd/N of the first: the kernel lets nobody do that but the person and root (proc(5), PTRACE_MODE_READ). A socket would be
 * open to other users, who can keep a name in /proc/net/unix busy; a file would stay behind after kill -9.
 */
export interface Leash {
  /** where the second dbg finds the pipe, to be given to it in its environment; no secret */
  readonly key: string;
  /** whether the second dbg has come to life */
  wasTaken(): boolean;
  send(signal: NodeJS.Signals): void;
  end(): void;
}

/** The variable by which the second dbg learns the key. */
export const LEASH_VARIABLE = 'DBG_LEASH';

/** Lies in the pipe until the second dbg takes it out, which tells the first that it has come to life. */
const TOKEN = 'leash\n';

/** Opens one. Its ends are closed by execve(2) (O_CLOEXEC, Node's own): no program that dbg starts keeps it open. */
export async function openLeash(): Promise<Leash> {
  const { readEnd, writeEnd } = await makePipe((path) => ({
    readEnd: openSync(path, fs.O_RDONLY | fs.O_NONBLOCK),
    writeEnd: openSync(path, fs.O_WRONLY | fs.O_NONBLOCK),
  }));
  // The second dbg may be gone, or stopped, and the pipe full one day: a signal more is none that it waits for.
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

/** The second dbg's end: calls back for each signal, and when the first dbg is gone. Does not keep the process alive. */
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

/** Opens the first dbg's pipe and takes the token, with all else. Throws when that process is gone, though another one has its number. */
function takeLeash(key: string): { readonly pipe: number; readonly said: string } {
  const [, pid = '', start, descriptor] = /^(\d+):(\d+):(\d+)$/.exec(key) ?? [];
  const pipe = openSync(`/proc/${pid}/fd/${descriptor}`, fs.O_RDONLY | fs.O_NONBLOCK);
  if (startTime(pid) !== start || !fstatSync(pipe).isFIFO()) throw new Error('another process');
  return { pipe, said: contents(pipe) };
}

/** What is in a pipe now. It holds 64 KiB (pipe(7)). */
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
