import type { Context } from '../../context.ts';
import type { Container, ContainerSummary } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import { cgroupMounts } from '../../enter/cgroup-files.ts';
import { enterable } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { inParts } from '../../in-parts.ts';
import type { UsageOwner } from '../../process/usage/container-usage.ts';
import { type ContainerReader, containerReader } from './container-reader.ts';
import { keptFiles } from './kept-files.ts';
import { lookAgain } from './look-again.ts';
import type { UsageNews, UsageWish } from './usage-wish.ts';

/** A container that is followed, as it is now. */
export interface Followed {
  readonly owner: UsageOwner;
  /** of its present run; undefined while it does not run */
  readonly reader: ContainerReader | undefined;
}

export interface FollowedContainers {
  /** in the engine's order: the most recently created first */
  all(): readonly Followed[];
  /** To be called when a reading has shown that the run has ended, which no engine has told yet. */
  ended(followed: Followed): void;
  stop(): void;
}

/** How many inspects are asked for at once, as for the map of the host. */
const AT_ONCE = 16;
/** How long the engine may take for an answer before that is told. */
const PATIENCE_MS = 3_000;

/**
 * Follows which containers there are. Throws a DbgError when no engine answers, or when none of the
 * processes that it names is on this host. Later an engine that does not answer is news: what was
 * known of the containers stays.
 */
export async function followContainers(
  ctx: Context,
  { choice, withStopped = false }: Pick<UsageWish, 'choice' | 'withStopped'>,
  onEvent: (news: UsageNews) => void,
): Promise<FollowedContainers> {
  const engine = await ctx.engine();
  const open = readerOpener(ctx);
  let known: ReadonlyMap<string, Followed> = new Map();
  let isBegun = false;
  const stopping = new AbortController();

  /** Gives why containers that the engine says run cannot be read. */
  async function look(asked: Engine): Promise<readonly DbgError[]> {
    const chosen = (await asked.list()).filter((each) => choice(each) && (withStopped || isLive(each)));
    const lacking = chosen.filter(({ id, state }) => isLive({ state }) && (known.get(id)?.reader?.hasEnded() ?? true));
    const refusals: DbgError[] = [];
    const opened = new Map<string, ContainerReader>();
    await inParts(lacking, AT_ONCE, async ({ id }) => {
      const reader = await open(asked, id).catch((error: unknown) => {
        if (!(error instanceof DbgError)) throw error;
        return void refusals.push(error);
      });
      if (reader) opened.set(id, reader);
    });
    if (stopping.signal.aborted) opened.forEach((reader) => reader.close());
    else take(chosen, opened);
    return refusals;
  }
  function take(chosen: readonly ContainerSummary[], opened: ReadonlyMap<string, ContainerReader>): void {
    const before = known;
    known = new Map(
      chosen.flatMap((summary) => {
        const reader = opened.get(summary.id) ?? before.get(summary.id)?.reader;
        return reader || withStopped ? [[summary.id, { owner: ownerOf(summary, reader), reader }] as const] : [];
      }),
    );
    for (const { owner, reader } of before.values()) {
      if (reader && known.get(owner.id)?.reader !== reader) end(owner, reader);
    }
    for (const id of isBegun ? opened.keys() : []) tell('started', known.get(id)!.owner);
  }
  const tell = (kind: 'started' | 'ended', { id, name }: UsageOwner) => onEvent({ kind, id, name });
  const end = (owner: UsageOwner, reader: ContainerReader) => {
    reader.close();
    tell('ended', owner);
  };

  const [refusal] = await look(engine);
  // When all of them fail, they have not all ended: the engine is on another host.
  if (refusal && [...known.values()].every(({ reader }) => reader === undefined)) throw refusal;
  isBegun = true;
  const again = lookAgain(ctx, () => look(engine.within(PATIENCE_MS, stopping.signal)), onEvent);
  const unwatch = engine.watchChanges(again.soon);
  return {
    all: () => [...known.values()],
    ended: ({ owner, reader }) => {
      if (reader === undefined || known.get(owner.id)?.reader !== reader) return;
      known = new Map([...known].filter(([id]) => id !== owner.id));
      end(owner, reader);
      again.soon();
    },
    stop: () => {
      stopping.abort();
      unwatch();
      again.stop();
      known.forEach(({ reader }) => reader?.close());
    },
  };
}

const isLive = ({ state }: Pick<ContainerSummary, 'state'>) => state === 'running' || state === 'paused';

const ownerOf = ({ id, name, image, state }: ContainerSummary, reader: ContainerReader | undefined): UsageOwner => {
  const container = reader?.target.container;
  return { id, name, image, state, startedAt: container?.state.startedAt, restarts: container?.restarts };
};

/**
 * Gives a function that opens the present run of a container; undefined when it has none by now.
 */
function readerOpener(ctx: Context) {
  const means = { keep: keptFiles(ctx.host), mounts: cgroupMounts(ctx.host) };
  return async (engine: Engine, id: string): Promise<ContainerReader | undefined> => {
    const container = await engine.inspect(id);
    if (container === undefined || container.state.pid === 0) return undefined;
    const target = enterable(ctx.host, container, ctx.now());
    return containerReader(ctx, target, { ...means, isOnHostNetwork: await isOnHostNetwork(engine, container) });
  };
}

/** Whether a container is on the host's network, or shares that of a container that is. */
async function isOnHostNetwork(engine: Engine, { networkMode }: Container): Promise<boolean> {
  const [, other] = /^container:(.+)$/.exec(networkMode) ?? [];
  return (other === undefined ? networkMode : (await engine.inspect(other))?.networkMode) === 'host';
}
