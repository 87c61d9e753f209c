import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import type { Inspection } from '../../engine/inspection.ts';
import { enterable } from '../../enter/target.ts';
import { limitsOf } from '../../process/limits/container-limits.ts';
import { subjectOf } from '../../process/subject.ts';
import type { ContainerFacts } from '../../why/container/facts.ts';
import { entryPointOf } from './entry-probe.ts';
import type { Probe } from './gather-facts.ts';
import { isWellOff, lastWordsOf, missingSourcesOf, publishersOf } from './life-probes.ts';
import { meansProbes } from './means-probes.ts';

/**
 * The probes that learn each fact about a container. A container that runs is looked at through its
 * process. Of a container that does not run, only the engine tells. Its calls are not traced, unless
 * a person asks for that (trace-probe.ts).
 */
export function containerProbes(
  ctx: Context,
  container: Container,
): { [Name in keyof ContainerFacts]: Probe<ContainerFacts[Name]> } {
  const subject = () => subjectOf(ctx.host, enterable(ctx.host, container, ctx.now()));
  const timing = { clock: ctx.clock, wait };
  let asked: Promise<Inspection> | undefined;
  const inspection = () => (asked ??= ctx.engine().then((engine) => engine.inspection(container.id)));
  return {
    container: () => container,
    now: () => ctx.now(),
    inspection,
    history: async () => (await ctx.engine()).history(container, ctx.now()),
    lastWords: async () => lastWordsOf(await ctx.engine(), container),
    entry: async () =>
      isWellOff(container, ctx.now()) ? undefined : entryPointOf(await ctx.engine(), container, await inspection()),
    missingSources: async () => missingSourcesOf(ctx.host, container, await inspection()),
    publishers: async () => publishersOf(await ctx.engine(), container),
    refused: () => undefined,
    limits: () => limitsOf(ctx.host, subject(), timing),
    ...meansProbes(ctx, container, { subject, inspection, timing }),
  };
}
