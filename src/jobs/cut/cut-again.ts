import { ownPoint } from '../../network/netns-path.ts';
import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import { makeCuts, type MadeCuts } from '../../network/cut/make.ts';
import { parseMark } from '../../network/cut/mark.ts';
import { hostEndMoved, movedEnds, unmark } from '../../network/cut/moved.ts';
import { isNoted } from '../../network/cut/cut-notes.ts';
import { planCuts, type Cut, type CutWish } from '../../network/cut/cut-plan.ts';
import { type Change, cuttable, isSelected, type Selection } from '../../network/cut/selection.ts';
import type { ContainerInterface, ContainerNetwork } from '../../network/interfaces.ts';
import { refuseHarm } from './refuse-harm.ts';

/**
 * Cuts the interfaces of a container that this wish means and has not cut. Resolves with the cuts,
 * or with a text that says why an interface can no longer be cut: its host end was moved to a place
 * where the wish is not possible. Throws a DbgError when another interface cannot be cut.
 */
export async function cutAgain(
  ctx: Context,
  network: ContainerNetwork,
  selection: Selection,
  change: Change,
  wish: CutWish,
): Promise<MadeCuts | string> {
  const isMarked = ({ mark, ownMark }: ContainerInterface) => [mark?.id, ownMark?.id].includes(wish.id);
  const chosen = network.interfaces.filter(isSelected(selection));
  const moved = chosen.filter(
    ({ device, place }) => device && parseMark(device.alias)?.id === wish.id && !isNoted(ctx.host, { device, place }),
  );
  const isMoved = (each: ContainerInterface) => moved.some(({ inside }) => inside === each.inside);
  const isMissing = (each: ContainerInterface) => !isMarked(each) || isMoved(each);
  const interfaces = chosen.some(isMissing) ? cuttable(network, selection, change).filter(isMissing) : [];
  await refuseHarm(ctx, network, interfaces, [], true);
  // The host end may have been moved on meanwhile, or may have gone.
  await unmark(ctx.host, movedEnds(moved)).catch(() => undefined);
  try {
    const cuts = interfaces.flatMap((each) => {
      const planned = planCuts(each, ownPoint(network.target, network.netns, each.inside), wish);
      return planned.filter((cut) => !isThere(cut) || (isMoved(each) && cut.interface.at.side === 'peer'));
    });
    return await makeCuts(ctx.host, cuts);
  } catch (error) {
    const [end] = moved;
    if (!(error instanceof DbgError) || end === undefined) throw error;
    return `${hostEndMoved(end)}: ${error.message}`;
  }
}

/**
 * Whether the same cut is there already, as at the container's own end when the cut at the host's
 * end was lost.
 */
function isThere({ interface: each, mark: { id }, alias }: Cut): boolean {
  const there = each.at.side === 'own' && each.cutAt !== 'own' ? each.ownMark : each.mark;
  return there?.id === id && there.what === parseMark(alias)!.what;
}
