import type { Host } from '../../host/host.ts';
import type { KeptFile } from '../../host/host-files.ts';
import { parseProcessLimits } from '../../proc/pid/process-limits.ts';

/** Opens files to be read again and again. */
export type Keep = (path: string) => KeptFile | undefined;

/** Where this process has no known limit of open files. */
const FEW = 1024;

/**
 * Keeps files open, as many as half of dbg's own limit of open files allows. Those beyond are
 * opened for each reading, which takes ten times as long, so thousands of containers still work.
 */
export function keptFiles(host: Pick<Host, 'read' | 'keep' | 'exists'>): Keep {
  const limit = parseProcessLimits(host.read('/proc/self/limits'))?.openFiles ?? FEW;
  let free = Math.floor(limit / 2);
  return (path) => {
    const kept = free > 0 ? host.keep(path) : undefined;
    if (kept === undefined) {
      return host.exists(path) ? { read: () => host.read(path), close: () => undefined } : undefined;
    }
    free--;
    let isOpen = true;
    return {
      read: kept.read,
      close: () => {
        kept.close();
        if (isOpen) free++;
        isOpen = false;
      },
    };
  };
}
