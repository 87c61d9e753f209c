import type { Host } from './host.ts';

/**
 * The host's own namespace of a type, as the text of the link in /proc/PID/ns (namespaces(7)). It
 * is that of process 1. dbg's own may be another: dbg may have been started in a shell of dbg's, in
 * a container's network. dbg's own counts where process 1 may not be looked at. undefined when
 * neither may be.
 */
export function hostNamespace(host: Host, type: string): string | undefined {
  return host.link(`/proc/1/ns/${type}`) ?? host.link(`/proc/self/ns/${type}`);
}

/**
 * The argv that runs a program in the host's network namespace; unchanged when dbg is in there
 * itself.
 */
export function inHostNetwork(host: Host, argv: readonly string[]): string[] {
  const isThere = hostNamespace(host, 'net') === host.link('/proc/self/ns/net');
  return isThere ? [...argv] : ['nsenter', '--target', '1', '--net', '--', ...argv];
}
