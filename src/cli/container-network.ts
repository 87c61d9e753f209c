import type { Context } from '../context.ts';
import type { Finding } from '../engine/find-container.ts';
import type { Target } from '../enter/target.ts';
import { requireProgram } from '../host/run/programs.ts';
import { containerNetwork, NEEDED_PROGRAMS, type ContainerNetwork } from '../network/interfaces.ts';
import { endpointsOf } from '../network/sharing.ts';
import { chosenTarget, requireContainer } from './arguments/chosen-container.ts';
import { asRoot } from './root.ts';

/**
 * Looks, as root, at the network of the container that the person named or picks, and calls `act`
 * with it. Gives the exit code.
 */
export async function withContainerNetwork(
  ctx: Context,
  ref: string | undefined,
  act: (network: ContainerNetwork) => Promise<number>,
  finding?: Finding,
): Promise<number> {
  requireContainer(ctx, ref);
  for (const program of NEEDED_PROGRAMS) requireProgram(ctx.host, program);
  // Even looking needs root: the container's own view of its devices is in its namespace.
  const lookAndAct = async () => act(await networkOf(ctx, await chosenTarget(ctx, ref, finding)));
  return asRoot(ctx, lookAndAct, { values: ['SSH_CONNECTION'] });
}

/** A container's interfaces as they are now, with the engine's names of their networks. */
export async function networkOf(ctx: Context, target: Target): Promise<ContainerNetwork> {
  return containerNetwork(ctx.host, target, await endpointsOf(await ctx.engine(), target.container));
}
