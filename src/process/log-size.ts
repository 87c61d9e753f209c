import type { Container } from '../engine/container.ts';
import type { Inspection } from '../engine/inspection.ts';
import type { Host } from '../host/host.ts';

/**
 * The size in bytes of the file in which the engine keeps the container's output. undefined where
 * this host has no such file.
 */
export function logSize(
  host: Host,
  { id }: Pick<Container, 'id'>,
  { logDriver, logPath }: Pick<Inspection, 'logDriver' | 'logPath'>,
): number | undefined {
  // The engine's folder may be reached by a symbolic link (/var/lib/docker), so the path is
  // resolved first. Only a path that holds the container's id is looked at.
  if (logDriver !== 'json-file' || !logPath.includes(id)) return undefined;
  const path = host.realPath(logPath);
  return path === undefined ? undefined : host.lookBelow('/', path)?.size;
}
