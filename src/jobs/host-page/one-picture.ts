import type { Context } from '../../context.ts';
import { EMPTY } from '../../host-page/changes.ts';
import type { HostPicture, UsageRow } from '../../host-page/host-picture.ts';
import { badgeOf } from '../../host-page/page-badges.ts';
import { pageUsage } from '../../host-page/page-usage.ts';
import { followUsage } from '../usage/follow-usage.ts';
import { examineAll } from '../why/examine.ts';
import { PATIENCE_MS } from '../why/gather-facts.ts';
import { mapLooker } from './look-at-map.ts';

/** Rates are of so long a time. */
const RATES_MS = 1_000;

/** All that is to be seen of the host now, with rates and with what `dbg why` finds. */
export async function onePicture(ctx: Context): Promise<HostPicture> {
  const look = await mapLooker(ctx);
  const { part } = await look();
  const containers = part.cards.map(({ key: id, name }) => ({ id, name }));
  const [usage, seen] = await Promise.all([usageOnce(ctx), examineAll(ctx, containers, PATIENCE_MS)]);
  const badges = seen.flatMap((each) =>
    each.kind === 'examined' ? [badgeOf(each.examined.container.id, each.examined.verdict, ctx.now())] : [],
  );
  const { part: later } = await look();
  return { ...EMPTY, ...later, usage, badges };
}

async function usageOnce(ctx: Context): Promise<readonly UsageRow[]> {
  let stop = () => undefined as void;
  const rows = await new Promise<readonly UsageRow[]>((done, fail) => {
    followUsage(
      ctx,
      { choice: () => true, everyMs: RATES_MS, firstMs: RATES_MS },
      { rows: (all) => done(all.map((row) => pageUsage({ ...row }))) },
    ).then((end) => (stop = end), fail);
  });
  stop();
  return rows;
}
