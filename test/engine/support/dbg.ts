import { readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { execa, type Options } from 'execa';
import { spawn as spawnPty } from '@lydell/node-pty';

/** This checkout's dbg, or the copy of it that is root's (setup.ts). */
export const DBG = process.env['DBG_UNDER_TEST'] ?? 'bin/dbg.js';

/**
 * How a test starts a program that it may end by SIGTERM: execa sends SIGKILL after 5 s otherwise,
 * which is too early on a busy machine: the test would not see how the program ends by itself.
 */
export const PATIENT = { reject: false, forceKillAfterDelay: false } as const;

/** Runs dbg to its end, as a person at a pipe would: stdin is closed, stdout and stderr are kept apart. */
export function dbg(args: readonly string[], options: Options & { env?: Record<string, string> } = {}) {
  return execa(process.execPath, [DBG, ...args], { ...PATIENT, stdin: 'ignore', ...options, extendEnv: true });
}

/** The same with what a shell redirects: its own files and descriptors are dbg's, as where a person types `<in >out 9</x`. */
export function dbgRedirected(args: readonly string[], redirections: string, options: Options = {}) {
  const line = ['-c', `exec "$0" "$@" ${redirections}`, process.execPath, DBG, ...args];
  return execa('bash', line, { ...PATIENT, stdin: 'ignore', ...options, extendEnv: true });
}

export interface Terminal {
  readonly pid: number;
  /** everything that the screen was sent so far */
  screen(): string;
  type(text: string): void;
  resize(columns: number, rows: number): void;
  /** waits until the screen was sent this text, colours aside, after what earlier calls have seen */
  sees(text: string | RegExp): Promise<void>;
  /** the exit code, once it has ended */
  readonly ended: Promise<number>;
}

/** Starts dbg in a real pty, 80 columns by 24 rows. */
export function dbgOnTerminal(args: readonly string[], env: Record<string, string> = {}): Terminal {
  return onTerminal([process.execPath, DBG, ...args], env);
}

/** Starts a program in a real pty. */
export function onTerminal([file = '', ...args]: readonly string[], env: Record<string, string> = {}): Terminal {
  const pty = spawnPty(file, args, {
    cols: 80,
    rows: 24,
    env: { ...(process.env as Record<string, string>), TERM: 'xterm', ...env },
  });
  let text = '';
  let seen = 0;
  pty.onData((data) => (text += data));
  const ended = new Promise<number>((resolve) =>
    pty.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode)),
  );
  return {
    pid: pty.pid,
    screen: () => text,
    type: (keys) => pty.write(keys),
    resize: (columns, rows) => pty.resize(columns, rows),
    ended,
    sees: async (wanted) => {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const rest = stripVTControlCharacters(text).slice(seen);
        const found = typeof wanted === 'string' ? wanted : wanted.exec(rest)?.[0];
        if (found !== undefined && rest.includes(found)) {
          seen += rest.indexOf(found) + found.length;
          return;
        }
        if (Date.now() > deadline)
          throw new Error(`the terminal did not show ${String(wanted)}, but: ${JSON.stringify(rest.slice(-500))}`);
        await sleep(10);
      }
    },
  };
}

export const sleep = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));

interface Running {
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;
}

/** The first line that a running program prints. Throws with what it says on stderr when it ends without one. */
export async function firstLine(program: Running): Promise<string> {
  const said = await until(program, 'stdout', (text) => text.includes('\n'));
  return said.slice(0, said.indexOf('\n'));
}

/** Waits until a running program has written this to its stderr. Throws with what it says when it ends without. */
export async function says(program: Running, text: string | RegExp): Promise<void> {
  await until(program, 'stderr', (said) => (typeof text === 'string' ? said.includes(text) : text.test(said)));
}

function until(program: Running, name: keyof Running, isEnough: (said: string) => boolean): Promise<string> {
  const said = { stdout: '', stderr: '' };
  return new Promise((resolve, reject) => {
    for (const each of ['stdout', 'stderr'] as const) {
      program[each]?.on('data', (data) => {
        said[each] += String(data);
        if (each === name && isEnough(said[name])) resolve(said[name]);
      });
    }
    const end = () => setTimeout(() => reject(new Error(`it ended, having said: ${JSON.stringify(said)}`)), 100);
    // One that has ended before says nothing any more.
    if ((program[name] as Readable).readableEnded) end();
    else program[name]!.once('end', end);
  });
}

/** All processes of this pid namespace, with their command lines. */
export function processes(): { pid: number; command: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
    } catch {
      return []; // it has ended in between
    }
  });
}

export const commandLines = (): string[] => processes().map(({ command }) => command);
