import type { ContainerProcess } from '../../process/processes.ts';
import { duration } from '../../text.ts';
import { table } from '../../ui/table.ts';
import { binarySize } from '../../sizes.ts';

/**
 * One entry of `processes` in `dbg ps --json`. The keys are documented in docs/processes.md and
 * must not change.
 */
export function processRecord(each: ContainerProcess) {
  return {
    pid: each.pid,
    container_pid: each.containerPid ?? null,
    user: each.user.name ?? null,
    uid: each.user.uid ?? null,
    host_uid: each.hostUid,
    state: each.state,
    cpu_percent: Math.round(each.cpuPercent * 10) / 10,
    rss_bytes: each.rssBytes,
    elapsed_seconds: Math.floor(each.elapsedSeconds),
    name: each.command,
    argv: each.argv,
  };
}

const HEADER = ['PID', 'CTR PID', 'USER', 'STATE', 'CPU', 'MEMORY', 'ELAPSED', 'COMMAND'];

export function processTable(processes: readonly ContainerProcess[], paused: boolean): string {
  const rows = processes.map((each) => [
    String(each.pid),
    each.containerPid?.toString() ?? '',
    userText(each),
    paused ? `${each.state} (paused)` : each.state,
    `${each.cpuPercent.toFixed(1)}%`,
    binarySize(each.rssBytes),
    duration(each.elapsedSeconds * 1000),
    commandText(each),
  ]);
  return table(HEADER, rows);
}

/**
 * The user's name in the container, or else the number, as in ps(1). A user without a number in the
 * container is shown by the host's number.
 */
function userText({ user, hostUid }: ContainerProcess): string {
  if (user.uid === undefined) return `host:${hostUid}`;
  return user.name?.slice(0, 32) ?? String(user.uid);
}

/** The command line as ps(1) shows it: in brackets, the name of a process without one. */
function commandText({ argv, command, state }: ContainerProcess): string {
  const line = argv.length > 0 ? argv.join(' ') : `[${command}]`;
  return state === 'Z' ? `${line} <defunct>` : line;
}
