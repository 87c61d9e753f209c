import type { Context } from '../../context.ts';
import type { ContainerSummary } from '../../engine/container.ts';
import { findContainer } from '../../engine/find-container.ts';
import { usageError } from '../../errors.ts';
import { chosenOfAll, isSelected, namesIn, selects, type Selecting } from './chosen-containers.ts';

/**
 * Which containers a verb follows that runs on and on: those that the person named or selected, or
 * all. It is asked of each container, of those that come later too: one that is made anew under a
 * chosen name is the same to a person. Throws a DbgError for a name that fits no container or
 * several, and when the options select none.
 */
export async function liveChoice(
  ctx: Context,
  words: readonly string[],
  selection: Selecting,
): Promise<(container: ContainerSummary) => boolean> {
  const names = words.flatMap(namesIn);
  if (names.includes('')) throw usageError('a container without a name was asked for');
  if (names.length > 0 && selects(selection)) {
    throw usageError('name containers, or select them by --project, --network or --label: not both');
  }
  if (names.length === 0) {
    if (selects(selection)) await chosenOfAll(ctx, [], selection);
    return (container) => isSelected(container, selection);
  }
  const engine = await ctx.engine();
  const found = await Promise.all(names.map((name) => findContainer(engine, name)));
  const wanted = new Set(found.flatMap(({ id, name }) => [id, name]));
  return ({ id, name }) => wanted.has(id) || wanted.has(name);
}
