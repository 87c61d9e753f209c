import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { enterable } from '../../enter/target.ts';
import { inParts } from '../../in-parts.ts';
import { subjectOf } from '../../process/subject.ts';
import { CONTAINER_CHECKS } from '../../why/container/checks.ts';
import type { Examined } from '../../why/container/worst-first.ts';
import { judge } from '../../why/judge.ts';
import { findCurrent } from '../find-target.ts';
import { containerProbes } from './container-probes.ts';
import { gather, learn, PATIENCE_MS } from './gather-facts.ts';
import { refusedCallsOf, type TraceWish } from './trace-probe.ts';

/** What came of a look at one container. `why`: the reason why it could not be looked at. */
export type Examination =
  | { readonly kind: 'examined'; readonly examined: Examined }
  /** it was removed meanwhile */
  | { readonly kind: 'gone' }
  | { readonly kind: 'not seen'; readonly name: string; readonly why: string };

/**
 * Gathers the facts about a container, and judges them. A trace comes after all else, because a
 * traced process is slow, and would be seen so.
 */
export async function examine(ctx: Context, container: Container, trace?: TraceWish): Promise<Examined> {
  const gathered = await gather(containerProbes(ctx, container), PATIENCE_MS);
  const facts = trace ? { ...gathered, refused: await refusedIn(ctx, container, trace) } : gathered;
  const { inspection } = facts;
  return {
    container,
    restartPolicy: inspection.known ? inspection.value.restartPolicy : undefined,
    verdict: judge(CONTAINER_CHECKS, facts),
  };
}

const refusedIn = async ({ host, now }: Context, container: Container, trace: TraceWish) =>
  learn(
    async () => refusedCallsOf(host, subjectOf(host, enterable(host, container, now())), trace),
    trace.forMs + PATIENCE_MS,
  );

/**
 * How many containers are examined at once. Each waits for a sample of 0.2 s, and with a CPU quota
 * of 0.5 s. 60 containers take 2.4 s on 2 CPUs, of which the reads are 2 s. With 32 at once they
 * took up to 4 s, and the samples waited for each other's reads.
 */
const AT_ONCE = 8;

/**
 * Examines containers, some at a time. One that cannot be examined stops no other. `onDone` is
 * called after each, with how many are done.
 */
export async function examineAll(
  ctx: Context,
  containers: readonly Pick<Container, 'id' | 'name'>[],
  onDone: (done: number) => void,
): Promise<Examination[]> {
  let done = 0;
  return inParts(containers, AT_ONCE, async ({ id, name }) => {
    const seen = await examineOne(ctx, id, name);
    onDone(++done);
    return seen;
  });
}

async function examineOne(ctx: Context, id: string, name: string): Promise<Examination> {
  const found = await learn(async () => currentOrGone(ctx, id), PATIENCE_MS);
  if (!found.known) return { kind: 'not seen', name, why: found.why };
  return found.value === undefined ? { kind: 'gone' } : { kind: 'examined', examined: await examine(ctx, found.value) };
}

/** The container as it is now; undefined when it was removed. */
async function currentOrGone(ctx: Context, id: string): Promise<Container | undefined> {
  try {
    return await findCurrent(ctx, id);
  } catch (error) {
    const engine = await ctx.engine();
    if ((await engine.inspect(id)) === undefined) return undefined;
    throw error;
  }
}
