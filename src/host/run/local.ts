import {
  accessSync,
  constants as fs,
  existsSync,
  opendirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { readBeginning, readWhole } from '../../bounded-file.ts';
import type { Environment } from '../../environment.ts';
import { exactly, requireText } from '../exact.ts';
import { hold, leave } from './held-program.ts';
import type { Found, Host, Signals } from '../host.ts';
import type { Become } from '../host-files.ts';
import { LEASH_VARIABLE } from './leash.ts';
import type { LentStreams } from '../lent-streams.ts';
import { notes } from '../files/private-notes.ts';
import { keepFile } from '../files/kept-file.ts';
import { isOthers, removeOutput, settleOutput } from '../files/open-output.ts';
import { changeableCode } from '../files/own-code.ts';
import { OWN_VALUES_VARIABLE } from '../own-values.ts';
import { lookBelow, readBelow } from '../files/read-below.ts';
import { THERE_VARIABLE } from '../there.ts';
import { openInside } from '../files/read-inside.ts';
import { runOnTerminal } from './run-on-terminal.ts';
import type { Who } from '../files/trust.ts';
import { startWitness, type Witness } from './witness.ts';

export interface LocalHostOptions {
  readonly env: Environment;
  readonly own: Who;
  readonly signals: Signals;
  readonly become: Become;
  /** what programs get in place of this process's stdin, stdout and stderr; left out: those */
  readonly streams?: LentStreams;
}

/** This machine as a host. */
export function localHost({ env, own, signals, become, streams }: LocalHostOptions): Host {
  // These variables are for this dbg alone. Another dbg, started in a shell of dbg's, would follow
  // the leash too.
  const { [LEASH_VARIABLE]: _, [OWN_VALUES_VARIABLE]: __, [THERE_VARIABLE]: ___, ...others } = env;
  // When their directory has been removed, sh and bash say on stderr that getcwd(2) failed, unless
  // $PWD leads to it.
  const hasPath = optional(() => realpathSync.native('.')) !== undefined;
  const childEnv = { ...others, PATH: searchPath(env).join(':'), ...(hasPath ? {} : { PWD: '/proc/self/cwd' }) };
  let witness: Witness | undefined;
  return {
    isRoot: own.uid === 0,
    // Where it cannot be started, `run` says why.
    prepare: () => void (witness ??= optional(startWitness)),
    run: (argv, options = {}) => {
      const all = { ...kept(childEnv, options.keep), ...options.env };
      const beside = witness ?? startWitness();
      witness = undefined;
      const exact = exactly(argv, all);
      return runOnTerminal(exact.argv, { ...options, env: exact.env }, { signals, witness: beside, streams });
    },
    stream: async (argv, added) => {
      const exact = exactly(argv, { ...kept(childEnv), ...added });
      return (await import('./stream.ts')).stream(exact.argv, exact.env);
    },
    hold: (argv) => hold(argv, childEnv),
    leave: (argv) => leave(argv, childEnv),
    channel: async (argv) => (await import('./stream.ts')).channel(argv, kept(childEnv, /^(PATH|PWD)$/)),
    relay: async (argv, options) => (await import('./stream.ts')).relay(argv, childEnv, options),
    pipeline: async (first, second, { quiet }) =>
      (await import('./pipeline.ts')).pipeline(exactly(first, kept(childEnv)), exactly(second, kept(childEnv)), {
        quiet,
        streams,
      }),
    create: async (path, person, options) => {
      requireText(path);
      return (await import('../files/output-file.ts')).createFile(path, person, { become, own }, options);
    },
    remove: (path, person) => {
      const remove = () => removeOutput(path, person ?? own);
      if (person) become(person, remove);
      else remove();
    },
    settle: async (path, name, person) => {
      const settle = () => settleOutput(path, name, person ?? own);
      if (person) become(person, settle);
      else settle();
    },
    isOthers: (folder, person) => isOthers(folder, person ?? own),
    diskSpace: async (folder) => (await import('../files/output-file.ts')).diskSpace(folder),
    spaceInside: async (...place) => (await import('../files/space-inside.ts')).spaceInside(...place),
    ownerInside: async (...place) => (await import('../files/space-inside.ts')).ownerInside(...place),
    namesInside: async (...place) => (await import('../files/space-inside.ts')).namesInside(...place),
    signalled: () => {
      let stop = () => undefined as void;
      const first = new Promise<NodeJS.Signals>((resolve) => (stop = signals.on(resolve)));
      return { first, stop };
    },
    onSignal: (listener) => signals.on(listener),
    // execa takes 16 ms to load. So it is loaded only when the output of a program is wanted: shell
    // and exec do without.
    output: async (argv) => (await import('./output.ts')).output(argv, childEnv),
    read: (path, limit = MEBIBYTE) => optional(() => readBeginning(path, limit).bytes.toString('utf8')),
    readWhole: (path, limit) => readWhole(path, limit).toString('utf8'),
    readBytes: (path, limit, person) => {
      const bytes = () => readBeginning(path, limit).bytes;
      return person ? become(person, bytes) : bytes();
    },
    keep: (path) => optional(() => keepFile(path, MEBIBYTE)),
    readBelow,
    openInside,
    connectInside: async (root, path) => (await import('../files/connect-inside.ts')).connectInside(root, path),
    notes: notes(),
    lookBelow,
    realPath: (path) => optional(() => realpathSync.native(path)),
    changeableCode,
    exists: existsSync,
    entries: (path) => optional(() => readdirSync(path)) ?? [],
    countEntries: (path) => optional(() => countEntries(path)),
    link: (path) => optional(() => readlinkSync(path)),
    find: (program) => findProgram(program, env),
  };
}

const MOST_ENTRIES = 1e6;

/**
 * The number of entries of a folder. Since Linux 6.2 the size of /proc/PID/fd is that number
 * (proc_fd_getattr in the kernel). The size of other folders says nothing.
 */
function countEntries(path: string): number {
  const { size } = statSync(path);
  if (/^\/proc\/\d+\/fd$/.test(path) && size > 0) return size;
  const folder = opendirSync(path, { bufferSize: 1024 });
  try {
    let count = 0;
    while (count < MOST_ENTRIES && folder.readSync()) count++;
    return count;
  } finally {
    folder.closeSync();
  }
}

/**
 * Larger than any file of /proc about one process. A caller that expects a larger file gives a
 * limit of its own.
 */
const MEBIBYTE = 1 << 20;

const kept = (env: Environment, keep = /^/) =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && keep.test(name) ? [[name, value]] : [])),
  );

// The folders of the system's tools. Debian's PATH for people leaves them out, and `su` keeps that
// PATH. ethtool, tcpdump and ip are or were in them.
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * PATH for the programs that dbg starts: the person's own, then the folders of the system's tools.
 */
function searchPath(env: Environment): string[] {
  return [...new Set([...(env['PATH'] || DEFAULT_PATH).split(':').filter(Boolean), ...SYSTEM_FOLDERS])];
}

function findProgram(program: string, env: Environment): Found {
  if (program === '') return { kind: 'missing', path: program };
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
