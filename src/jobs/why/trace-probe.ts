import type { Host } from '../../host/host.ts';
import { DbgError } from '../../errors.ts';
import { isPaused } from '../../enter/paused.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { capabilities, parseStatus } from '../../proc/pid/status.ts';
import { parseStartTime } from '../../proc/pid/stat.ts';
import { processesOf } from '../../process/processes.ts';
import { chosenProcesses, refuseTraced } from '../../process/strace/choose.ts';
import { TRACED_CALLS } from '../../process/strace/needed-capability.ts';
import { parseRefusals } from '../../process/strace/refusals.ts';
import { attachArgv, straceTool } from '../../process/strace/strace-argv.ts';
import { nameOf, type Subject } from '../../process/subject.ts';
import type { RefusedCall } from '../../why/container/facts.ts';

/** A short trace that a person asked for. */
export interface TraceWish {
  readonly forMs: number;
  /** called when the trace begins, with the container's name and how many processes are traced */
  onBegin(name: string, processes: number): void;
}

/** At most so much of what strace prints is kept: some ten thousand calls. */
const MOST_BYTES = 4 << 20;
/** A container may have as many processes as the host allows; strace slows each. */
const MOST_PROCESSES = 256;

/**
 * strace's own options: failed calls alone, of those that may need a capability. "?" before a name:
 * no complaint on a processor that does not have that call.
 */
const OPTIONS = [
  '-qq',
  '-Z',
  '-s',
  '80',
  '-e',
  'signal=none',
  '-e',
  `trace=${TRACED_CALLS.map((call) => `?${call}`).join(',')}`,
];

/**
 * Traces all processes of a running container for a short time, and gives the calls that the kernel
 * refused them. Throws a DbgError where that cannot be done.
 */
export async function refusedCallsOf(
  host: Host,
  subject: Subject,
  { forMs, onBegin }: TraceWish,
): Promise<RefusedCall[]> {
  requireProgram(host, 'strace');
  const name = nameOf(subject);
  if (isPaused(host, subject)) throw new DbgError(`"${name}" is paused: it makes no call that could be traced`);
  const chosen = chosenProcesses(processesOf(host, subject), { all: true }, { name, pid: subject.pid });
  const some = chosen.slice(0, MOST_PROCESSES);
  refuseTraced(host, some);
  const traced = some.flatMap(({ pid }) => {
    const startTime = parseStartTime(host.read(`/proc/${pid}/stat`));
    return startTime === undefined ? [] : [{ pid, startTime }];
  });
  const program = await host.stream(attachArgv(subject.id, traced, straceTool(undefined), OPTIONS));
  onBegin(name, traced.length);
  const said = { text: '' };
  program.stdout.resume();
  program.stderr.setEncoding('utf8').on('data', (piece: string) => {
    if (said.text.length < MOST_BYTES) said.text += piece;
  });
  const timer = setTimeout(() => program.signal('SIGINT'), forMs);
  const { report } = await program.ended.finally(() => clearTimeout(timer));
  if (report === 'gone') throw new DbgError(`"${name}" ended just now`);
  const complaint = said.text.split('\n').find((line) => /^strace: .*(ptrace|attach|option|invalid)/i.test(line));
  if (complaint !== undefined) throw new DbgError(`its calls could not be traced: ${complaint}`);
  return parseRefusals(said.text).map((refusal) => {
    const pid = refusal.pid ?? traced[0]?.pid;
    const status = parseStatus(host.read(`/proc/${pid}/status`) ?? host.read(`/proc/${subject.pid}/status`) ?? '');
    const isHeld = refusal.capability !== undefined && capabilities(status.effectiveSet).includes(refusal.capability);
    return { ...refusal, isHeld, forMs };
  });
}
