import type { Context } from '../context.ts';
import type { Finding } from '../engine/find.ts';
import { requireProgram } from '../host/programs.ts';
import { containerNetwork, NEEDED_PROGRAMS, type ContainerNetwork } from '../network/interfaces.ts';
import { endpointsOf } from '../network/sharing.ts';
import { chosenTarget, requireContainer } from './container.ts';
import { throughSudo } from './root.ts';

/** Looks at the container that is meant; or, when dbg had to start itself again through sudo, the exit code of that run. */
export async function look(
  ctx: Context,
  ref: string | undefined,
  finding?: Finding,
): Promise<ContainerNetwork | number> {
  requireContainer(ctx, ref);
  for (const program of NEEDED_PROGRAMS) requireProgram(ctx.host, program);
  // Even looking needs root: the container's own view of its devices is in its namespace.
  const exitCode = await throughSudo(ctx, ['SSH_CONNECTION']);
  if (exitCode !== undefined) return exitCode;
  const target = await chosenTarget(ctx, ref, finding);
  return containerNetwork(ctx.host, target, await endpointsOf(await ctx.engine(), target.container));
}
