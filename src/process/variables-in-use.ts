import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { parseEnviron } from '../proc/pid/environ.ts';
import { nameOf, type Subject } from './subject.ts';

/** A variable of a container: as its process has it, and as the engine was told. */
export interface ComparedVariable {
  readonly name: string;
  /** the value with which its process was started; undefined where it was started without */
  readonly process: string | undefined;
  /**
   * the value that the image or `docker run` gave; undefined where neither did, or no engine was
   * asked
   */
  readonly configured: string | undefined;
  readonly isSame: boolean;
}

/**
 * The variables with which a container's process was started (proc_pid_environ(5)) beside those
 * that the engine has for it, sorted by name. They differ where an entry point sets variables and
 * then execs the program. Throws a DbgError where the process has ended.
 */
export function comparedVariables(host: Pick<Host, 'read'>, subject: Subject): ComparedVariable[] {
  const text = host.read(`/proc/${subject.pid}/environ`);
  if (text === undefined) {
    throw new DbgError(`the environment of "${nameOf(subject)}" cannot be read: its process ${subject.pid} has ended`, {
      next: [{ what: 'see how', command: `docker ps -a --filter id=${subject.id}` }],
    });
  }
  const started = new Map(parseEnviron(text));
  const configured = new Map(parseEnviron((subject.container?.env ?? []).join('\0')));
  const names = [...new Set([...started.keys(), ...configured.keys()])].toSorted((a, b) => (a < b ? -1 : 1));
  return names.map((name) => {
    const [its, told] = [started.get(name), configured.get(name)];
    return { name, process: its, configured: told, isSame: its === told };
  });
}
