import { parseStatus } from '../../proc/status.ts';
import { spawn } from 'node:child_process';
import { readBeginning } from '../../bounded-file.ts';

/** A process beside the tool, in dbg's own process group, that shows whom a signal was for. */
export interface Witness {
  /** Whether a signal that reached dbg was sent to its whole process group, as the terminal sends Ctrl-C. */
  hasSeen(signal: NodeJS.Signals): Promise<boolean>;
  /** The tool is there, with this pid: what had hit the group before did not reach it. */
  begin(tool: number): void;
  /** The tool has ended: nothing to see any more. */
  end(): void;
}

/** kill(2) of a group signals its members in one go; so long dbg waits, having been the first of them, for the others. */
const ONE_GO_MS = 10;

/**
 * Any signal ends it. When dbg gets a signal and the witness dies of the same, the tool, in that group too, has had it: handed
 * on, it would come twice, and many tools then quit at once. When it lives, the signal was for dbg alone and is handed on. Node
 * cannot ask the kernel who sent it (si_code, sigaction(2)).
 */
export function startWitness(): Witness {
  let current = start();
  let turn: Promise<unknown> = Promise.resolve();

  const look = async (signal: NodeJS.Signals): Promise<boolean> => {
    await after(ONE_GO_MS);
    // Still alive with nothing pending: it was not meant. On a busy machine its death itself can take longer to be told.
    if (!isDying(current.pid)) return false;
    const diedOf = await current.diedOf;
    current = start();
    return diedOf === signal;
  };
  return {
    begin: (tool) => {
      if (isDying(current.pid) && !hasBegun(tool)) current = start();
    },
    // One at a time: each signal has its own witness.
    hasSeen: (signal) => {
      const answer = turn.then(() => look(signal));
      turn = answer;
      return answer;
    },
    end: () => current.end(),
  };
}

/** The end of its stdin, which comes with dbg's own end too, ends it. */
function start() {
  const child = spawn('sh', ['-c', 'read -r _', 'dbg-witness'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const diedOf = new Promise<NodeJS.Signals | undefined>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal ?? undefined));
    child.on('error', () => resolve(undefined));
    child.stdin.on('error', () => undefined);
  });
  child.unref();
  return { pid: child.pid ?? 0, diedOf, end: () => child.stdin.end() };
}

/** Whether a process has ended, or has a signal waiting that will end it: proc(5), State, SigPnd and ShdPnd. */
function isDying(pid: number): boolean {
  try {
    const { state, pendingSignals } = statusOf(pid);
    return /^[ZX]$/.test(state) || pendingSignals !== 0n;
  } catch {
    return true;
  }
}

const statusOf = (pid: number) => parseStatus(readBeginning(`/proc/${pid}/status`, STATUS_LIMIT).bytes.toString());
/** The groups of a process are a line of it: 65,536 at most (NGROUPS_MAX). */
const STATUS_LIMIT = 1 << 20;

/** HUP, INT, QUIT, USR1, USR2 and TERM, as bits of SigCgt. */
const HANDED_ON = 0x4a_07n;

/**
 * Whether a program has come so far that a signal which dbg did not see yet may have reached it: it dies of one, or has set up what it
 * does about them (proc(5), SigCgt). On a busy machine dbg gets its turn later than the program that it has just started.
 */
function hasBegun(tool: number): boolean {
  if (isDying(tool)) return true;
  try {
    return (statusOf(tool).caughtSignals & HANDED_ON) !== 0n;
  } catch {
    return true;
  }
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
