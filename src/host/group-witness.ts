import { spawn } from 'node:child_process';

export interface GroupWitness {
  /** Whether a signal that reached dbg was sent to its whole process group, as the terminal sends Ctrl-C. */
  hasSeen(signal: NodeJS.Signals): Promise<boolean>;
  end(): void;
}

/** A signal to a group is delivered to its members at once; what is left is the kernel's and Node's time to tell. */
const TELLING_MS = 50;

/**
 * A process in dbg's own process group that any signal ends. When dbg gets a signal and the witness dies of the same, the
 * tool, in that group too, has had it: handed on, it would come twice, and many tools then quit at once. When the witness
 * lives, the signal was for dbg alone and is handed on. Node cannot ask the kernel who sent it (si_code, sigaction(2)).
 */
export function groupWitness(): GroupWitness {
  let witness = start();
  let turn: Promise<unknown> = Promise.resolve();

  const look = async (signal: NodeJS.Signals): Promise<boolean> => {
    const diedOf = await Promise.race([witness.diedOf, after(TELLING_MS)]);
    if (diedOf !== undefined) witness = start();
    return diedOf === signal;
  };
  return {
    // One at a time: each signal has its own witness.
    hasSeen: (signal) => {
      const answer = turn.then(() => look(signal));
      turn = answer;
      return answer;
    },
    end: () => witness.end(),
  };
}

function start() {
  // cat ends by itself when dbg does, whatever way: its stdin is then at its end.
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  const diedOf = new Promise<NodeJS.Signals | undefined>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal ?? undefined));
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
  });
  child.unref();
  return { diedOf, end: () => child.stdin.destroy() };
}

function after(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => void setTimeout(() => resolve(undefined), milliseconds));
}
