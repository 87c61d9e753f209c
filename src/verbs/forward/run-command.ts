import type { Context } from '../../context.ts';
import type { WishedPort } from '../../jobs/forward/forward-wish.ts';
import { ownValues } from '../../host/own-values.ts';
import { whoAsked } from '../../host/who-asked.ts';

/**
 * The variables by which a command learns where to connect: DBG_HOST and DBG_PORT for the first
 * port, DBG_PORT_80 for what leads to port 80 (DBG_PORT_53_UDP for UDP), DBG_SOCKET for the first
 * unix socket that dbg listens on.
 */
export function variablesFor(ports: readonly WishedPort[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { protocol, at, to } of ports) {
    if (at.kind === 'path') {
      variables['DBG_SOCKET'] ??= at.path;
      continue;
    }
    variables['DBG_HOST'] ??= reachable(at.address);
    variables['DBG_PORT'] ??= String(at.listen);
    if (to.kind === 'port') variables[`DBG_PORT_${to.port}${protocol === 'udp' ? '_UDP' : ''}`] ??= String(at.listen);
  }
  return variables;
}

/**
 * An address by which a socket on this one is reached: nobody can connect to 0.0.0.0 everywhere.
 */
const reachable = (address: string) => (address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address);

/**
 * Runs a command with these variables, and gives its exit code. It is the person's own, also where
 * dbg has become root through sudo: it has that person's rights and environment.
 */
export async function runCommand(
  ctx: Context,
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const login = ctx.host.isRoot ? whoAsked(ctx) : undefined;
  if (login === undefined || login === 'root') return (await ctx.host.run(command, { env: variables })).exitCode;
  const gid = (await ctx.host.output(['id', '-g', '--', login])).trim();
  const become = ['setpriv', '--reuid', login, '--regid', gid, '--init-groups', '--inh-caps', '-all', '--', ...command];
  const own = Object.entries(ownValues(ctx.env)).filter((each): each is [string, string] => each[1] !== undefined);
  const { exitCode } = await ctx.host.run(become, {
    env: { ...Object.fromEntries(own), ...variables },
    keep: /^PATH$/,
  });
  return exitCode;
}
