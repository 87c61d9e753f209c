import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { enterable } from '../../enter/target.ts';
import { inParts } from '../../in-parts.ts';
import { subjectOf } from '../../process/subject.ts';
import { CONTAINER_CHECKS } from '../../why/container/checks.ts';
import type { Examined } from '../../why/container/worst-first.ts';
import { judge } from '../../why/judge.ts';
import { findCurrent } from '../find-target.ts';
import { inTime } from '../in-time.ts';
import { containerProbes, type Looking } from './container-probes.ts';
import { gather, learn } from './gather-facts.ts';
import { wiresOfMany } from './network/wire-probe.ts';
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
export async function examine(
  ctx: Context,
  container: Container,
  looking: Looking,
  trace?: TraceWish,
): Promise<Examined> {
  const gathered = await gather(containerProbes(ctx, container, looking), looking.patienceMs);
  const facts = trace ? { ...gathered, refused: await refusedIn(ctx, container, trace, looking.patienceMs) } : gathered;
  const { inspection } = facts;
  return {
    container,
    restartPolicy: inspection.known ? inspection.value.restartPolicy : undefined,
    verdict: judge(CONTAINER_CHECKS, facts),
  };
}

const refusedIn = async ({ host, now }: Context, container: Container, trace: TraceWish, patienceMs: number) =>
  learn(
    async () => refusedCallsOf(host, subjectOf(host, enterable(host, container, now())), trace),
    trace.forMs + patienceMs,
  );

/**
 * How many containers are examined at once. Each waits for a sample of 0.2 s, and with a CPU quota
 * of 0.5 s. 60 containers take 2.4 s on 2 CPUs, of which the reads are 2 s. With 32 at once they
 * took up to 4 s, and the samples waited for each other's reads.
 */
const AT_ONCE = 8;

/**
 * Examines containers, some at a time, each within `patienceMs`. One that cannot be examined stops
 * no other. `onDone` is called after each, with how many are done.
 */
export async function examineAll(
  ctx: Context,
  containers: readonly Pick<Container, 'id' | 'name'>[],
  patienceMs: number,
  onDone: (done: number) => void = () => undefined,
): Promise<Examination[]> {
  let done = 0;
  // No nameserver is asked: 60 containers would ask it as many times, and each question is a
  // process.
  const looking = { wires: wiresOfMany(ctx), isSilent: true, patienceMs };
  return inParts(containers, AT_ONCE, async ({ id, name }) => {
    const seen = await examineOne(ctx, id, name, looking);
    onDone(++done);
    return seen;
  });
}

async function examineOne(ctx: Context, id: string, name: string, looking: Looking): Promise<Examination> {
  return inTime(ctx, looking.patienceMs, async (patient, left) => {
    const found = await learn(async () => currentOrGone(patient, id), left());
    if (!found.known) return { kind: 'not seen', name, why: found.why };
    if (found.value === undefined) return { kind: 'gone' };
    return { kind: 'examined', examined: await examine(patient, found.value, { ...looking, patienceMs: left() }) };
  });
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
