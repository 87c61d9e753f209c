import { parseStatus } from '../../proc/pid/status.ts';
import { DbgError, type NextStep } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerProcess } from '../processes.ts';

/**
 * Which processes of a container the person wants traced: one, all, or by default the main process.
 */
export interface Choice {
  /** the name of a command, or a PID */
  readonly process?: string;
  readonly all?: boolean;
}

/** What of a process is needed to choose it. */
export type Candidate = Pick<ContainerProcess, 'pid' | 'containerPid' | 'parent' | 'command' | 'argv' | 'state'>;

/** How many bytes the kernel keeps of a process' name (TASK_COMM_LEN, proc_pid_comm(5)). */
const NAME_BYTES = 15;

/**
 * The processes that were chosen. A number may be the PID on the host or in the container, because
 * `dbg ps` shows both and people copy either. A number that fits two processes is refused: each
 * also has another number, which fits only one. A zombie runs nothing and is never chosen. Throws a
 * DbgError where none or several fit.
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
 * The init programs that Docker (`--init`), Podman and images start first, by the kernel's names
 * for them. An init starts the container's program, and then only waits.
 */
const INITS = ['docker-init', 'podman-init', 'catatonit', 'tini', 'tini-static', 'dumb-init'];

/**
 * The program that such an init has started: its first child. A trace of the init itself is empty,
 * because its program was started before strace attached. undefined where the process is no init,
 * or has no child.
 */
export function childOfInit(all: readonly Candidate[], chosen: readonly Candidate[]): Candidate | undefined {
  const [only] = chosen;
  if (chosen.length !== 1 || !INITS.includes(only!.command)) return undefined;
  return all.find(({ parent, state }) => parent === only!.pid && state !== 'Z' && state !== 'X');
}

/**
 * Whether a process has this name: the kernel's name, or the file at the beginning of its command
 * line. Threads change the former, and titles change the latter.
 */
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

/** A number that fits only one of these processes. */
function unambiguous(wanted: string, fitting: readonly Candidate[]): number | string {
  const numbers = fitting.flatMap(({ pid, containerPid }) => [pid, containerPid ?? pid]);
  return numbers.find((number) => String(number) !== wanted) ?? 'PID';
}

const seeThem = (name: string): NextStep => ({ what: 'see them', command: `dbg ps ${shellQuote(name)}` });

/**
 * Throws a DbgError for a process that already has a tracer. A process can have only one
 * (ptrace(2)), and strace would only say "Operation not permitted". TracerPid in /proc/PID/status
 * is 0 without a tracer.
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
