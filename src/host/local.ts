import { spawn } from 'node:child_process';
import { accessSync, constants as fs, readFileSync, readlinkSync, statSync } from 'node:fs';
import { constants as os } from 'node:os';
import type { Environment } from '../context.ts';
import { DbgError, EXIT } from '../errors.ts';
import type { Found, Host, Signals } from './host.ts';
import { arrivedByTerminal } from './signals.ts';

export interface LocalHostOptions {
  readonly env: Environment;
  readonly uid: number;
  readonly signals: Signals;
}

/** This machine. */
export function localHost({ env, uid, signals }: LocalHostOptions): Host {
  const childEnv = { ...env, PATH: searchPath(env).join(':') };
  const host: Host = {
    isRoot: uid === 0,
    run: (argv) => runOnTerminal(argv, childEnv, signals, () => host.read('/proc/self/stat')),
    // execa is loaded when the first program is asked for its output: 16 ms that shell and exec need not pay.
    output: async (argv) => (await import('./output.ts')).output(argv, childEnv),
    read: (path) => optional(() => readFileSync(path, 'utf8')),
    link: (path) => optional(() => readlinkSync(path)),
    find: (program) => findProgram(program, env),
  };
  return host;
}

function runOnTerminal(
  argv: readonly string[],
  env: Environment,
  signals: Signals,
  ownStat: () => string | undefined,
): Promise<number> {
  const [file, ...args] = argv;
  return new Promise((resolve, reject) => {
    // stdio 'inherit' and the same process group: the kernel sees the tool on the person's terminal, so Ctrl-Z, resize
    // and job control need no help, and a pipe's bytes never pass through dbg.
    const child = spawn(file!, args, { stdio: 'inherit', env });
    const stop = signals((signal) => {
      if (!arrivedByTerminal(signal, ownStat())) child.kill(signal);
    });
    child.on('error', (cause) => {
      stop();
      reject(new DbgError(`${file} cannot be started: ${cause.message}`, { cause, exitCode: EXIT.cannotRun }));
    });
    child.on('exit', (code, signal) => {
      stop();
      resolve(code ?? 128 + os.signals[signal!]);
    });
  });
}

// Debian's PATH for people leaves these out, and `su` keeps it; ethtool, tcpdump and ip live or have lived there.
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** PATH for what dbg starts: the person's own, and after it the folders of the system's tools. */
function searchPath(env: Environment): string[] {
  return [...new Set([...(env['PATH'] ?? '').split(':').filter(Boolean), ...SYSTEM_FOLDERS])];
}

function findProgram(program: string, env: Environment): Found {
  if (program.includes('/')) return examine(program);
  const found = searchPath(env).map((folder) => examine(`${folder}/${program}`));
  return (
    found.find(({ kind }) => kind === 'found') ??
    found.find(({ kind }) => kind === 'not executable') ?? { kind: 'missing', path: program }
  );
}

function examine(path: string): Found {
  const isFile = optional(() => statSync(path).isFile());
  if (isFile === undefined) return { kind: 'missing', path };
  const mayRun = isFile && optional(() => (accessSync(path, fs.X_OK), true));
  return { kind: mayRun ? 'found' : 'not executable', path };
}

function optional<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
