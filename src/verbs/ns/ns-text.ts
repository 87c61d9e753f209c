import type { NamespaceUse } from '../../process/namespace-use.ts';
import { nameOf } from '../../process/subject.ts';
import { table } from '../../ui/table.ts';

/**
 * One entry of `namespaces` in `dbg ns --json`. The keys are documented in docs/processes.md and
 * must not change.
 */
export function namespaceRecord({ type, inode, isHosts, containers, processes }: NamespaceUse) {
  return {
    type,
    inode,
    host: isHosts,
    containers: containers.map(({ id, name }) => ({ id, name: name ?? null })),
    processes: processes.map(({ pid, command }) => ({ pid, command })),
  };
}

const SHOWN = 5;

/**
 * A table of the namespaces. For a namespace of the host it only counts the processes, because
 * nearly all processes are in it.
 */
export function namespaceTable(namespaces: readonly NamespaceUse[]): string {
  const rows = namespaces.map(({ type, inode, isHosts, containers, processes }) => [
    type,
    String(inode),
    isHosts ? 'yes' : 'no',
    some(containers.map(nameOf).toSorted()),
    isHosts ? String(processes.length) : some(processes.map(({ pid, command }) => `${pid} (${command})`)),
  ]);
  return table(['NAMESPACE', 'INODE', "HOST'S", 'ALSO CONTAINERS', 'ALSO PROCESSES'], rows);
}

function some(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
