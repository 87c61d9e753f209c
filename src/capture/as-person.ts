/** Somebody of the host: a login name, and the number of its main group. */
export interface Login {
  readonly login: string;
  readonly gid: string;
}

/**
 * The argv that runs a tool as a person who may capture (CAP_NET_RAW, packet(7)) and nothing else of root's: its folders and files
 * are theirs, and where they may not write, it cannot. tcpflow's own `-U` comes too late: it has made its folder as root by then,
 * and cannot write into it any more.
 */
export function asCapturingPerson({ login, gid }: Login, argv: readonly string[]): string[] {
  const who = ['--reuid', login, '--regid', gid, '--init-groups'];
  return ['setpriv', ...who, '--inh-caps', '+net_raw', '--ambient-caps', '+net_raw', '--', ...argv];
}
