import ATTACH from './attach.sh';
import START from './start.sh';
import WATCH from './watch.sh';

/** The person who asked for the trace through sudo. undefined when root itself did. */
export interface Asker {
  readonly login: string;
  /** a group id, or the name of the group */
  readonly gid: string;
}

export interface Traced {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * strace with what dbg adds. `-f` makes it trace threads and children too.
 *
 * When strace writes a file, it runs as the person who asked. So every file it makes, those of
 * `-ff` too, belongs to that person, and none is made where that person may not write. It keeps two
 * capabilities: to trace the processes of other users, and to detach from them (strace checks by
 * tkill(2) whether they are alive).
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

/** The argv that traces running processes of a container. */
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
 * The options that hide the stop and the continue (SIGSTOP, SIGCONT) by which dbg starts the
 * command. Of several `-e signal=`, strace takes the last (strace(1), -e), so one of the person's
 * own brings these signals back.
 */
export const WITHOUT_OWN_SIGNALS = ['-e', 'signal=!SIGSTOP,SIGCONT'];

/**
 * The argv that starts a command through an entry line (enter/nsenter.ts), whose program stops
 * itself, and traces only the command.
 */
export function startArgv(tool: readonly string[], options: readonly string[], entry: readonly string[]): string[] {
  const lengths = [tool.length, tool.length + options.length].map(String);
  return ['sh', '-c', START, 'dbg-strace', WATCH, ...lengths, ...tool, ...options, ...entry];
}
