import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import { ownValues } from '../../host/own-values.ts';
import { callers, carrying } from '../../network/cut/caller.ts';
import type { Cuttable } from '../../network/cut/selection.ts';
import type { ContainerNetwork } from '../../network/interfaces.ts';
import { shellQuote } from '../../text.ts';

/**
 * Throws a DbgError when a cut would take down the person's own ssh connection, or, unless it is
 * forced, other containers.
 */
export async function refuseHarm(
  ctx: Context,
  { target: { container } }: ContainerNetwork,
  interfaces: readonly Cuttable[],
  sharing: readonly string[],
  isForced: boolean,
): Promise<void> {
  const caller = await carrying(ctx.host, callers(ctx.host, ownValues(ctx.env)), interfaces);
  if (caller) {
    throw new DbgError(
      `refused: your own ssh connection, from ${caller.client}, comes in through ${caller.each.inside.name} of "${container.name}", and would be cut off`,
      {
        next: [{ what: 'see the route back to you', command: `ip route get ${caller.client}` }],
      },
    );
  }
  if (sharing.length > 0 && !isForced) {
    throw new DbgError(
      `refused: ${sharing.join(', ')} ${sharing.length === 1 ? 'shares' : 'share'} the network of "${container.name}", and would be cut off too`,
      {
        next: [{ what: 'cut all of them', command: `dbg veth ${ctx.args.slice(1).map(shellQuote).join(' ')} --force` }],
      },
    );
  }
}
