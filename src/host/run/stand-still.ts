import { parseStat } from '../../proc/pid/stat.ts';
import { spawnSync } from 'node:child_process';
import { readBeginning } from '../../bounded-file.ts';
import type { Signals } from '../host.ts';
import GIVE from './give-terminal.pl';

/**
 * Whether somebody has stopped a process (SIGSTOP): its state is T. A process that its tracer has
 * stopped has state t, and does not count.
 */
export const isStopped = (pid: number | undefined): boolean => statOf(pid)?.state === 'T';

function statOf(pid: number | string | undefined) {
  try {
    return parseStat(readBeginning(`/proc/${pid}/stat`, 4096).bytes.toString());
  } catch {
    return undefined;
  }
}

/**
 * Stops dbg when its program has been stopped, as by a shell's `suspend` or `kill -STOP $$`. So the
 * parent of dbg gets the terminal back. When dbg goes on, so does the program. Ctrl-Z needs no
 * help: the terminal sends it to dbg too.
 *
 * This is done only when dbg or the program is in the terminal's foreground. Otherwise nobody waits
 * for the terminal, and whoever stopped the program will let it go on. The function it gives back
 * ends this.
 */
export function followStops(pid: number, signals: Signals): () => void {
  let timer: NodeJS.Timeout | undefined;
  const standStill = () => {
    timer = undefined;
    const [its, own] = [statOf(pid), statOf('self')];
    if (its?.state !== 'T' || ![its.group, own?.group].includes(its.foreground)) return;
    signals.stop();
    // Here dbg has gone on: by fg or bg, or by a SIGCONT from somebody.
    giveTerminal(its.group);
    letGoOn(its.group === pid ? -pid : pid, signals);
  };
  const unfollow = signals.onChild(() => {
    if (timer === undefined && isStopped(pid)) timer = setTimeout(standStill, SETTLED_MS);
  });
  return () => {
    unfollow();
    clearTimeout(timer);
  };
}

/**
 * After Ctrl-Z and fg, dbg may look before the program has gone on. So it looks again after this
 * time.
 */
const SETTLED_MS = 100;

/**
 * Puts a process group into the terminal's foreground, where an interactive shell, which has a
 * group of its own, was before. In the background (`bg`) nothing is done: the terminal is not dbg's
 * to give then. Node has no tcsetpgrp(3).
 */
function giveTerminal(group: number): void {
  spawnSync('perl', ['-e', GIVE, String(group)], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/**
 * @param target a process, or a process group as a negative number (kill(2))
 */
function letGoOn(target: number, signals: Signals): void {
  try {
    signals.send(target, 'SIGCONT');
  } catch {
    // It has ended already.
  }
}
