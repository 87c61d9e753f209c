import { redactArguments } from '../../api/wire/redact/redact-command.ts';
import { redactText } from '../../api/wire/redact/redact-text.ts';
import type { ContainerProcess } from '../../process/processes.ts';
import type { OpenFileCounts } from '../../process/open-file-kinds.ts';
import type { Item } from '../container-evidence.ts';
import { bounded, item, type Marker, plain } from './item.ts';

/**
 * States that say something by themselves. Whether a process runs or sleeps changes all the time.
 */
const STATES: Readonly<Record<string, string>> = {
  Z: 'zombie',
  D: 'waits in the kernel',
  T: 'stopped',
  t: 'stopped by a tracer',
};

/**
 * The processes of a container by their command lines, without secrets. Processes with the same
 * one are counted.
 * @param isPaused With cgroup v1, a frozen process is in state D (isPaused in enter/paused.ts).
 *   That says nothing about the process itself.
 */
export function processItems(processes: readonly ContainerProcess[], mark: Marker, isPaused = false): Item[] {
  const groups = new Map<string, { readonly raw: string[]; readonly users: Set<string>; safe: string }>();
  for (const { argv, command, state, user } of processes) {
    const words = argv.length > 0 ? argv : [`[${command}]`];
    const safe = redactArguments(words, true)
      .map((word) => redactText(word))
      .join(' ');
    const said = isPaused && state === 'D' ? undefined : STATES[state];
    const name = said === undefined ? safe : `${safe} (${said})`;
    const group = groups.get(name) ?? { raw: [], users: new Set(), safe };
    group.raw.push(words.join(' '));
    group.users.add(user.name ?? String(user.uid ?? 'nobody'));
    groups.set(name, group);
  }
  const all = [...groups].map(([name, { raw, users, safe }]): Item => {
    const value = `${raw.length} of user ${[...users].toSorted().join(', ')}`;
    const isSafe = raw.every((line) => line === safe);
    return isSafe ? plain(name, value) : { ...plain(name, value), mark: mark(raw.toSorted().join('\0')) };
  });
  return bounded(all.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
}

/** How many files of each kind a container's processes have open. */
export const openFileItems = ({ counts, left }: OpenFileCounts, mark: Marker): Item[] => [
  ...[...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => plain(kind, count, 'measure')),
  ...(left > 0 ? [item('not looked at, as there are too many', String(left), { mark, nature: 'measure' })] : []),
];
