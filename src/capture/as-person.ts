/** A person of the host: a login name, and the number of its main group. */
export interface Login {
  readonly login: string;
  readonly gid: string;
}

/**
 * The argv that runs a tool as a person who may capture (CAP_NET_RAW, packet(7)) and has no other
 * right of root's. The folders and files that the tool makes belong to the person, and the tool can
 * write only where the person may. tcpflow's own `-U` comes too late: by then tcpflow has made its
 * folder as root, and can no longer write into it.
 */
export function asCapturingPerson({ login, gid }: Login, argv: readonly string[]): string[] {
  const who = ['--reuid', login, '--regid', gid, '--init-groups'];
  return ['setpriv', ...who, '--inh-caps', '+net_raw', '--ambient-caps', '+net_raw', '--', ...argv];
}
