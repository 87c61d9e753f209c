import ATTACH from './attach.sh';
import START from './start.sh';
import WATCH from './watch.sh';

/** Who asked for the trace through sudo; undefined when root itself did. */
export interface Asker {
  readonly login: string;
  /** or the name of the group */
  readonly gid: string;
}

export interface Traced {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * strace with what dbg adds: `-f`, so that the threads and children are seen. When it writes a file, it runs as the person who asked:
 * all its files, those of `-ff` too, are then theirs, and go only where they may write. It keeps the capabilities to trace other users'
 * processes, and to let go of them (it looks by tkill(2) whether they are alive).
 */
export function straceTool(asker: Asker | undefined, extra: readonly string[] = []): string[] {
  const caps = '+sys_ptrace,+kill';
  const become = asker
    ? [
        'setpriv',
        `--reuid=${asker.login}`,
        `--regid=${asker.gid}`,
        '--init-groups',
        `--inh-caps=${caps}`,
        `--ambient-caps=${caps}`,
        '--',
      ]
    : [];
  return [...become, 'strace', '-f', ...extra];
}

/** The argv that traces processes of a container which run already. */
export function attachArgv(
  id: string,
  traced: readonly Traced[],
  tool: readonly string[],
  options: readonly string[],
): string[] {
  const targets = traced.flatMap(({ pid, startTime }) => [String(pid), startTime]);
  const checked = [id, String(traced.length), ...targets];
  return ['sh', '-c', ATTACH, 'dbg-strace', ...checked, String(tool.length), ...tool, ...options];
}

/**
 * What the stop and the going on before the command would add to its trace. strace's options of one kind replace one another
 * (strace(1), -e): a `-e signal=` of the person's own brings them back.
 */
export const WITHOUT_OWN_SIGNALS = ['-e', 'signal=!SIGSTOP,SIGCONT'];

/** The argv that starts a command by an entry line (enter/nsenter.ts) whose program stops itself, and traces the command alone. */
export function startArgv(tool: readonly string[], options: readonly string[], entry: readonly string[]): string[] {
  const lengths = [tool.length, tool.length + options.length].map(String);
  return ['sh', '-c', START, 'dbg-strace', WATCH, ...lengths, ...tool, ...options, ...entry];
}
