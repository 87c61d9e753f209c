import type { Context } from '../../context.ts';
import type { ContainerSummary } from '../../engine/container.ts';
import type { HostPicture } from '../../host-page/host-picture.ts';
import { pictureOfMap } from '../../host-page/picture-of-map.ts';
import { mapOf, type HostMap } from '../../network/map/map.ts';
import { remembering } from '../../network/map/remembering.ts';
import { surveyHost } from '../../network/map/survey-host.ts';
import { duration } from '../../text.ts';

/** What one look at the host's networks gives. */
export interface MapLook {
  readonly part: Pick<HostPicture, 'cards' | 'buses' | 'wires' | 'flows'>;
  /** ms since the epoch */
  readonly at: number;
  /** what dbg could not ask; "" for nothing */
  readonly trouble: string;
}

/**
 * Gives a function that looks at the networks of the host, again and again; the second look has the
 * first rates. While the engine is away, it goes on with what the engine last said.
 */
export async function mapLooker(ctx: Context): Promise<() => Promise<MapLook>> {
  const engine = remembering(ctx.host, await ctx.engine(), ctx.now);
  let before: HostMap | undefined;
  return async () => {
    let summaries: readonly ContainerSummary[] = [];
    const asked = {
      inspect: engine.inspect,
      list: async () => [...(summaries = await engine.list())],
    };
    const map = mapOf(await surveyHost(ctx.host, asked, ctx.now));
    const part = pictureOfMap(map, summaries, before);
    before = map;
    const away = engine.away();
    const trouble =
      away === undefined
        ? ''
        : `the engine is away, for ${duration(ctx.now() - away.since)}: containers as it last knew them, while their process is there (${away.why})`;
    return { part, at: map.at, trouble };
  };
}
