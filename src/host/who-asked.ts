import type { Environment } from '../environment.ts';
import type { Host } from './host.ts';
import type { Person } from './host-files.ts';

/** What tells for whom dbg runs. */
interface Asking {
  readonly env: Environment;
  readonly host: Pick<Host, 'isRoot'>;
}

/**
 * The login of the person for whom root's dbg runs: sudo says who called it (sudo(8)). Not in a
 * root shell that was once opened by sudo: its user is root. Undefined when that, or root itself,
 * is who asked.
 */
export function whoAsked({ env, host }: Asking): string | undefined {
  if (!host.isRoot) return env['USER'];
  const isOurSudo = /(^|\/)dbg(\.js)?( |$)/.test(env['SUDO_COMMAND'] ?? '');
  return isOurSudo && env['SUDO_USER'] !== 'root' ? env['SUDO_USER'] : undefined;
}

/** The same, as somebody in whose name root's dbg makes files: sudo says their numbers too. */
export function personAsked(ctx: Asking): Person | undefined {
  const login = ctx.host.isRoot ? whoAsked(ctx) : undefined;
  const [uid, gid] = [Number(ctx.env['SUDO_UID']), Number(ctx.env['SUDO_GID'])];
  return login && Number.isInteger(uid) && Number.isInteger(gid) ? { login, uid, gid } : undefined;
}
