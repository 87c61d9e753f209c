import type { Host } from '../host/host.ts';
import { inHostNetwork } from '../host/namespaces.ts';

/** A network namespace in which a device is looked at and acted on. */
export interface Place {
  /** the file by which it is entered: /run/docker/netns/1-…, /proc/PID/ns/net; undefined: it is the host's own */
  readonly path: string | undefined;
  /** its inode, to be looked at again in there: a file, or a process' number, may be another's by then; undefined: the host's own */
  readonly netns: number | undefined;
}

export const HOST: Place = { path: undefined, netns: undefined };

/** The argv that runs a program there. */
export function inPlace(host: Host, { path }: Place, argv: readonly string[]): string[] {
  return path === undefined ? inHostNetwork(host, argv) : ['nsenter', `--net=${path}`, '--', ...argv];
}
