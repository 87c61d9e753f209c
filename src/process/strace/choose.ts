import { parseStatus } from '../../proc/status.ts';
import { DbgError, type NextStep } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerProcess } from '../processes.ts';

/** Which of a container's processes are to be traced, as the person said it; its main process when neither. */
export interface Choice {
  /** a command's name, or a PID */
  readonly process?: string;
  readonly all?: boolean;
}

/** A process by its numbers and name: enough to choose one. */
export type Candidate = Pick<ContainerProcess, 'pid' | 'containerPid' | 'parent' | 'command' | 'argv' | 'state'>;

/** The kernel's name of a process holds so many bytes (TASK_COMM_LEN, proc_pid_comm(5)). */
const NAME_BYTES = 15;

/**
 * The processes that were chosen. A number is a PID on the host or in the container: `dbg ps` shows both, and people copy either. When
 * it is two processes' number, neither is guessed: the other number of each says which. A zombie runs nothing and is never chosen.
 */
export function chosenProcesses(
  all: readonly Candidate[],
  { process, all: wantsAll }: Choice,
  { name, pid }: { readonly name: string; readonly pid: number },
): readonly Candidate[] {
  const living = all.filter(({ state }) => state !== 'Z' && state !== 'X');
  if (wantsAll) return living;
  const fitting =
    process === undefined
      ? living.filter((each) => each.pid === pid)
      : /^\d+$/.test(process)
        ? living.filter((each) => each.pid === Number(process) || each.containerPid === Number(process))
        : living.filter((each) => isCalled(each, process));
  if (fitting.length === 1) return fitting;
  const wanted = process ?? String(pid);
  throw fitting.length === 0 ? noneFits(name, wanted, all) : severalFit(name, wanted, fitting);
}

/**
 * What Docker (`--init`), Podman and images put before their program, by the kernel's names: it
 * starts that, and waits.
 */
const INITS = ['docker-init', 'podman-init', 'catatonit', 'tini', 'tini-static', 'dumb-init'];

/**
 * The program that such an init has started: its first child. A trace of the init itself is empty,
 * as what it started before runs without strace. Undefined where the process is none, or has no
 * child.
 */
export function childOfInit(all: readonly Candidate[], chosen: readonly Candidate[]): Candidate | undefined {
  const [only] = chosen;
  if (chosen.length !== 1 || !INITS.includes(only!.command)) return undefined;
  return all.find(({ parent, state }) => parent === only!.pid && state !== 'Z' && state !== 'X');
}

/** By the kernel's name for it, or by the file that its command line begins with: the one changes with threads, the other with titles. */
function isCalled({ command, argv }: Candidate, wanted: string): boolean {
  const short = Buffer.from(wanted).subarray(0, NAME_BYTES).toString();
  return command === wanted || command === short || argv[0]?.split('/').at(-1) === wanted;
}

function noneFits(name: string, wanted: string, all: readonly Candidate[]): DbgError {
  const dead = all.find((each) => String(each.pid) === wanted || String(each.containerPid) === wanted);
  const why = dead
    ? `process ${wanted} of "${name}" is a zombie: it has ended, and runs nothing that could be traced`
    : `no process of "${name}" is ${/^\d+$/.test(wanted) ? `number ${wanted}, on the host or inside` : `called "${wanted}"`}`;
  return new DbgError(why, { next: [seeThem(name)] });
}

function severalFit(name: string, wanted: string, fitting: readonly Candidate[]): DbgError {
  const texts = fitting.map(
    ({ pid, containerPid, command }) => `${pid} (${command}, ${containerPid ?? 'no number'} inside)`,
  );
  return new DbgError(`"${wanted}" is several processes of "${name}": ${texts.join(', ')}`, {
    next: [
      {
        what: 'one of them',
        command: `dbg strace --process ${unambiguous(wanted, fitting)} ${shellQuote(name)}`,
      },
      { what: 'all', command: `dbg strace --all ${shellQuote(name)}` },
    ],
  });
}

/** A number that means one of these alone. */
function unambiguous(wanted: string, fitting: readonly Candidate[]): number | string {
  const numbers = fitting.flatMap(({ pid, containerPid }) => [pid, containerPid ?? pid]);
  return numbers.find((number) => String(number) !== wanted) ?? 'PID';
}

const seeThem = (name: string): NextStep => ({ what: 'see them', command: `dbg ps ${shellQuote(name)}` });

/**
 * Refuses a process that has a tracer: it can have one only (ptrace(2)), and strace would say no more than "Operation not permitted".
 * TracerPid of /proc/PID/status is 0 without one.
 */
export function refuseTraced(host: Host, chosen: readonly Candidate[]): void {
  for (const { pid, command } of chosen) {
    const { tracer } = parseStatus(host.read(`/proc/${pid}/status`) ?? '');
    if (tracer === 0) continue;
    const called = host.read(`/proc/${tracer}/comm`)?.trimEnd() ?? 'ended just now';
    throw new DbgError(`process ${pid} (${command}) is traced already, by process ${tracer} (${called})`, {
      next: [
        { what: 'who that is', command: `ps -fp ${tracer}` },
        { what: 'end it', command: `sudo kill ${tracer}` },
      ],
    });
  }
}
