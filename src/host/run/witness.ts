import { parseStatus } from '../../proc/pid/status.ts';
import { readBeginning } from '../../bounded-file.ts';
import { startBeside } from './start-program.ts';

/**
 * A process in dbg's own process group, beside the tool. It shows whether a signal was for the
 * whole group or for dbg alone.
 */
export interface Witness {
  /**
   * Whether a signal that reached dbg was sent to its whole process group, as the terminal sends
   * Ctrl-C.
   */
  hasSeen(signal: NodeJS.Signals): Promise<boolean>;
  /**
   * Called when the tool has been started, with this pid. A signal that hit the group before that
   * did not reach the tool.
   */
  begin(tool: number): void;
  /** Called when the tool has ended: the witness is not needed any more. */
  end(): void;
}

/**
 * When a signal reaches dbg, how long dbg waits for it to reach the others of its process group.
 * kill(2) of a group signals all members in one go, but dbg may be the first of them.
 */
const ONE_GO_MS = 10;

/**
 * Starts a witness. Any signal ends it. When dbg gets a signal and the witness dies of the same
 * one, the tool, which is in that group too, has had it: passed on, it would come twice, and many
 * tools then quit at once. When the witness lives, the signal was for dbg alone and is passed on.
 * Node cannot ask the kernel who sent a signal (si_code, sigaction(2)).
 */
export function startWitness(): Witness {
  let current: Current = start();
  let turn: Promise<unknown> = Promise.resolve();

  const look = async (signal: NodeJS.Signals): Promise<boolean> => {
    await after(ONE_GO_MS);
    // A witness that lives, with no signal pending, shows that the signal was not for the group.
    // One that dies is waited for: on a busy machine it can take longer until dbg is told of its
    // death.
    if (!isDying(current.pid)) return false;
    const diedOf = await current.diedOf;
    current = another();
    return diedOf === signal;
  };
  return {
    begin: (tool) => {
      if (isDying(current.pid) && !hasBegun(tool)) current = another();
    },
    // One signal at a time, as each needs a witness of its own.
    hasSeen: (signal) => {
      const answer = turn.then(() => look(signal));
      turn = answer;
      return answer;
    },
    end: () => current.end(),
  };
}

interface Current {
  readonly pid: number;
  readonly diedOf: Promise<NodeJS.Signals | undefined>;
  end(): unknown;
}

/**
 * A witness in place of one that has died. Where none can be started, as no descriptors are left,
 * the tool goes on without one: each signal then counts as one for dbg alone.
 */
function another(): Current {
  try {
    return start();
  } catch {
    return { pid: 0, diedOf: Promise.resolve(undefined), end: () => undefined };
  }
}

/** The end of its stdin ends the process. That also comes when dbg ends. */
function start(): Current {
  const child = startBeside('sh', ['-c', 'read -r _', 'dbg-witness'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const diedOf = new Promise<NodeJS.Signals | undefined>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal ?? undefined));
    child.on('error', () => resolve(undefined));
    child.stdin.on('error', () => undefined);
  });
  child.unref();
  return { pid: child.pid ?? 0, diedOf, end: () => child.stdin.end() };
}

/**
 * Whether a process has ended, or has a pending signal that will end it: State, SigPnd and ShdPnd
 * of proc(5).
 */
function isDying(pid: number): boolean {
  try {
    const { state, pendingSignals } = statusOf(pid);
    return /^[ZX]$/.test(state) || pendingSignals !== 0n;
  } catch {
    return true;
  }
}

const statusOf = (pid: number) => parseStatus(readBeginning(`/proc/${pid}/status`, STATUS_LIMIT).bytes.toString());
/**
 * In bytes. The groups of a process are one line of the file, and there can be 65,536 of them
 * (NGROUPS_MAX).
 */
const STATUS_LIMIT = 1 << 20;

/** The signals that are passed on, as bits of SigCgt: HUP, INT, QUIT, USR1, USR2 and TERM. */
const HANDED_ON = 0x4a_07n;

/**
 * Whether a signal that dbg has not seen yet may have reached the tool, because the tool has come
 * so far: it is dying of one, or it has set up handlers for them (proc(5), SigCgt). On a busy
 * machine dbg may get its turn later than the program that it has just started.
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
