import type { Container } from '../engine/container.ts';
import type { Inspection } from '../engine/inspection.ts';
import type { Host } from '../host/host.ts';

/**
 * The bytes of the file in which the engine keeps what a container says; undefined where there is
 * no such file here.
 */
export function logSize(
  host: Host,
  { id }: Pick<Container, 'id'>,
  { logDriver, logPath }: Pick<Inspection, 'logDriver' | 'logPath'>,
): number | undefined {
  // The engine's folder may be reached by a link (/var/lib/docker); what is asked about is the
  // container's own file alone.
  if (logDriver !== 'json-file' || !logPath.includes(id)) return undefined;
  const path = host.realPath(logPath);
  return path === undefined ? undefined : host.lookBelow('/', path)?.size;
}
