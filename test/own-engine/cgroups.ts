// What an engine leaves in the machine's cgroup tree, and its removal.
import { readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOrEmpty } from './process-identity.ts';

/** The cgroup hierarchies of /proc/self/mountinfo: one for each controller with v1, one with v2, both kinds when hybrid. */
export function cgroupMounts(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = before.split(' ')[4];
    return mountPoint && /^cgroup2? /.test(after) ? [mountPoint] : [];
  });
}

/** The engine's cgroups in every hierarchy, the innermost first. */
function cgroupsBelow(name: string): string[] {
  return cgroupMounts(readOrEmpty('/proc/self/mountinfo')).flatMap((mount) => tree(join(mount, name)));
}

/**
 * Lets paused containers run on. With cgroup v1 a frozen process does not even die of SIGKILL, and the engine's INIT
 * would wait for it for ever.
 */
export function thaw(name: string): void {
  for (const dir of cgroupsBelow(name)) {
    if (readOrEmpty(join(dir, 'freezer.state')).startsWith('FR'))
      attempt(() => writeFileSync(join(dir, 'freezer.state'), 'THAWED'));
  }
}

/** Removes them. rmdir(2) says EBUSY while a process in there is still dying: try again for some seconds. */
export async function removeCgroups(name: string, milliseconds = 5000): Promise<void> {
  const end = Date.now() + milliseconds;
  for (;;) {
    thaw(name);
    for (const dir of cgroupsBelow(name)) attempt(() => rmdirSync(dir));
    const left = cgroupsBelow(name);
    if (left.length === 0) return;
    if (Date.now() > end) throw new Error(`cgroups of the engine cannot be removed, processes are in them: ${left[0]}`);
    await sleep(20);
  }
}

function tree(dir: string): string[] {
  let entries;
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
  return [...entries.filter((entry) => entry.isDirectory()).flatMap((entry) => tree(join(dir, entry.name))), dir];
}

/** What fails here is tried again, or reported by what is left. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    return;
  }
}
