import { spawnSync } from 'node:child_process';
import { readBeginning } from '../bounded-file.ts';
import type { Signals } from './host.ts';

/** Whether somebody stopped a process: proc_pid_stat(5), the letter behind the name in brackets is T (stopped) or t (traced). */
export const isStopped = (pid: number | undefined): boolean => /^[Tt]$/.test(stateOf(pid)?.[0] ?? '');

/** The fields of a process' stat from the third on: state, parent, process group. */
function stateOf(pid: number | undefined): string[] | undefined {
  try {
    const text = readBeginning(`/proc/${pid}/stat`, 4096).bytes.toString();
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/**
 * Stops dbg when its program was stopped, so that whoever waits for dbg has the terminal back, and lets the program go on when dbg does:
 * a shell's `suspend`, `kill -STOP`. Ctrl-Z needs no help: the terminal sends that to dbg as well. Gives back what ends this.
 */
export function followStops(pid: number, signals: Signals): () => void {
  let timer: NodeJS.Timeout | undefined;
  const standStill = () => {
    timer = undefined;
    if (!isStopped(pid)) return;
    signals.stop();
    // Here dbg goes on: by fg, or by whoever sent it SIGCONT.
    const group = stateOf(pid)?.[2] ?? '';
    giveTerminal(group);
    continueAll(Number(group), pid, signals);
  };
  const unfollow = signals.onChild(() => {
    if (timer === undefined && isStopped(pid)) timer = setTimeout(standStill, SETTLED_MS);
  });
  return () => {
    unfollow();
    clearTimeout(timer);
  };
}

/** After Ctrl-Z and fg, dbg may look before the program goes on. */
const SETTLED_MS = 100;

/**
 * An interactive shell has a process group of its own, which was the terminal's foreground one. Node has no tcsetpgrp(3). In the
 * background (`bg`) it is not dbg's to give: then nothing is done.
 */
function giveTerminal(group: string): void {
  const give =
    'my $f = pack "i", 0; ioctl(STDIN, 0x540F, $f) && unpack("i", $f) == getpgrp && ioctl(STDIN, 0x5410, my $g = pack "i", shift)';
  spawnSync('perl', ['-e', give, group], { stdio: ['inherit', 'ignore', 'ignore'] });
}

function continueAll(group: number, pid: number, signals: Signals): void {
  try {
    signals.send(group === pid ? -group : pid, 'SIGCONT');
  } catch {
    // It has ended.
  }
}
