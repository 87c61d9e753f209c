import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process beside the tool, in dbg's own process group, for two things that dbg cannot do itself. */
export interface Companion {
  /** Whether a signal that reached dbg was sent to its whole process group, as the terminal sends Ctrl-C. */
  hasSeen(signal: NodeJS.Signals): Promise<boolean>;
  /** The tool has ended: nothing to do any more. */
  end(): void;
}

/** kill(2) of a group signals its members in one go; so long dbg waits, having been the first of them, for the others. */
const ONE_GO_MS = 10;

/**
 * A witness: any signal ends it. When dbg gets a signal and the companion dies of the same, the tool, in that group too, has had
 * it: handed on, it would come twice, and many tools then quit at once. When it lives, the signal was for dbg alone and is handed
 * on. Node cannot ask the kernel who sent it (si_code, sigaction(2)).
 *
 * And a guard: when dbg dies without a word, by kill -9 too, it ends the tool with all its children. No tool stays behind as root.
 */
export function companion(tool: number): Companion {
  let current = start(tool);
  let turn: Promise<unknown> = Promise.resolve();

  const look = async (signal: NodeJS.Signals): Promise<boolean> => {
    await after(ONE_GO_MS);
    // Still alive with nothing pending: it was not meant. On a busy machine its death itself can take longer to be told.
    if (!isDying(current.pid)) return false;
    const diedOf = await current.diedOf;
    current = start(tool);
    return diedOf === signal;
  };
  return {
    // One at a time: each signal has its own witness.
    hasSeen: (signal) => {
      const answer = turn.then(() => look(signal));
      turn = answer;
      return answer;
    },
    end: () => current.end(),
  };
}

/**
 * $1: the tool. A line on stdin says that it has ended; the end of stdin without one, that dbg has. HUP is for shells, which hand
 * it on to their jobs and ignore TERM; CONT for what is stopped. What is left after 2 seconds is killed, if it is still the same.
 */
const GUARD = `
read -r _ && exit
started() { { read -r s <"/proc/$1/stat"; } 2>/dev/null && s=\${s##*) } && set -- $s && echo "\${20}"; }
tree() {
  echo "$1:$(started "$1")"
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do tree "$child"; done
}
all=$(tree "$1")
each() { for p in $all; do [ "$(started "\${p%:*}")" = "\${p#*:}" ] && kill "-$1" "\${p%:*}" 2>/dev/null; done; }
each HUP; each TERM; each CONT
sleep 2
each KILL
`;

function start(tool: number) {
  const child = spawn('sh', ['-c', GUARD, 'dbg-guard', String(tool)], { stdio: ['pipe', 'ignore', 'ignore'] });
  const diedOf = new Promise<NodeJS.Signals | undefined>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal ?? undefined));
    child.on('error', () => resolve(undefined));
    child.stdin.on('error', () => undefined);
  });
  child.unref();
  return { pid: child.pid ?? 0, diedOf, end: () => child.stdin.end('ended\n') };
}

/** Whether a process has ended, or has a signal waiting that will end it: proc(5), State, SigPnd and ShdPnd. */
function isDying(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return /^State:\s+[ZX]/m.test(status) || /^(SigPnd|ShdPnd):\s+0*[1-9a-f]/m.test(status);
  } catch {
    return true;
  }
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
