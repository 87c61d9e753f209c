import { parseStat } from '../../proc/stat.ts';
import { spawnSync } from 'node:child_process';
import { readBeginning } from '../../bounded-file.ts';
import type { Signals } from '../host.ts';
import GIVE from './give-terminal.pl';

/**
 * Whether somebody stopped a process (SIGSTOP): its state is T. A tracer's stop (t) is that one's
 * business.
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
 * Stops dbg when its program was stopped, as by a shell's `suspend` or `kill -STOP $$`: so whoever
 * waits for dbg has the terminal back. When dbg goes on, so does the program. Ctrl-Z needs no help:
 * the terminal sends that to dbg too.
 *
 * Only where one of them is in the terminal's foreground: elsewhere nobody waits to take the
 * terminal, and whoever stopped the program lets it go on. Gives back what ends this.
 */
export function followStops(pid: number, signals: Signals): () => void {
  let timer: NodeJS.Timeout | undefined;
  const standStill = () => {
    timer = undefined;
    const [its, own] = [statOf(pid), statOf('self')];
    if (its?.state !== 'T' || ![its.group, own?.group].includes(its.foreground)) return;
    signals.stop();
    // Here dbg goes on: by fg or bg, or by whoever sent it SIGCONT.
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

/** After Ctrl-Z and fg, dbg may look before the program goes on. */
const SETTLED_MS = 100;

/**
 * Makes a process group the terminal's foreground one, as an interactive shell, which has a group
 * of its own, was before. In the background (`bg`) the terminal is not dbg's to give: then nothing
 * is done. Node has no tcsetpgrp(3).
 */
function giveTerminal(group: number): void {
  spawnSync('perl', ['-e', GIVE, String(group)], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/** @param target a process, or a group as a negative number (kill(2)) */
function letGoOn(target: number, signals: Signals): void {
  try {
    signals.send(target, 'SIGCONT');
  } catch {
    // It has ended.
  }
}
