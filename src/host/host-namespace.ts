import type { Host } from './host.ts';

/**
 * The host's own namespace of a type, as the text of the link in /proc/PID/ns (namespaces(7)): process 1's. Not dbg's: it may have
 * been started in a shell of dbg's, in a container's network. Undefined when neither may be looked at.
 */
export function hostNamespace(host: Host, type: string): string | undefined {
  return host.link(`/proc/1/ns/${type}`) ?? host.link(`/proc/self/ns/${type}`);
}

/** The argv that runs a program in the host's network namespace; as it is when dbg is there itself. */
export function inHostNetwork(host: Host, argv: readonly string[]): string[] {
  const isThere = hostNamespace(host, 'net') === host.link('/proc/self/ns/net');
  return isThere ? [...argv] : ['nsenter', '--target', '1', '--net', '--', ...argv];
}
