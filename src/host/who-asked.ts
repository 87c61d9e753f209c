import type { Environment } from '../environment.ts';
import { ownValues } from './own-values.ts';
import type { Host } from './host.ts';
import type { Person } from './host-files.ts';

/** What is read to tell for whom dbg runs. */
interface Asking {
  readonly env: Environment;
  readonly host: Pick<Host, 'isRoot'>;
}

/**
 * The login of the person for whom dbg runs. When root's dbg was started by sudo, sudo names the
 * person (sudo(8)). A shell of root that was once opened by sudo does not count: its user is root.
 * undefined when root asked.
 */
export function whoAsked({ env, host }: Asking): string | undefined {
  if (!host.isRoot) return env['USER'];
  const isOurSudo = /(^|\/)dbg(\.js)?( |$)/.test(env['SUDO_COMMAND'] ?? '');
  return isOurSudo && env['SUDO_USER'] !== 'root' ? env['SUDO_USER'] : undefined;
}

/**
 * The same as somebody in whose name root's dbg makes files: sudo gives the numbers too. undefined
 * when dbg is not root's, or root asked.
 */
export function personAsked(ctx: Asking): Person | undefined {
  const login = ctx.host.isRoot ? whoAsked(ctx) : undefined;
  const [uid, gid] = [Number(ctx.env['SUDO_UID']), Number(ctx.env['SUDO_GID'])];
  return login && Number.isInteger(uid) && Number.isInteger(gid) ? { login, uid, gid } : undefined;
}

/**
 * The argv that runs a program as the person for whom root's dbg runs, with the person's ssh agent;
 * unchanged when root asked. ssh's keys and known hosts are the person's, and what their
 * configuration runs must not become root's.
 */
export function asPerson(ctx: Asking, argv: readonly string[]): readonly string[] {
  const person = personAsked(ctx);
  if (person === undefined) return argv;
  const { HOME: home = '/', SSH_AUTH_SOCK: agent } = ownValues(ctx.env);
  const credentials = [`--reuid=${person.uid}`, `--regid=${person.gid}`, '--init-groups'];
  const env = ['env', `HOME=${home}`, ...(agent === undefined ? [] : [`SSH_AUTH_SOCK=${agent}`])];
  return ['setpriv', ...credentials, '--', ...env, ...argv];
}
