import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { parseEnviron } from '../proc/environ.ts';
import { nameOf, type Subject } from './subject.ts';

/** A variable of a container. */
export interface ComparedVariable {
  readonly name: string;
  /** what its process was started with; undefined: it has none of that name */
  readonly process: string | undefined;
  /**
   * what the engine was told, by the image or by docker run; undefined: nothing, or no engine was
   * asked
   */
  readonly configured: string | undefined;
  readonly isSame: boolean;
}

/**
 * The environment of a container's process as it was started (proc_pid_environ(5)), beside the one
 * that the engine has for it, by name. An entry point that sets variables and becomes the program
 * shows here. Throws a DbgError where it cannot be read.
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
