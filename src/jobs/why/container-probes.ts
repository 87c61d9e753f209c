import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { enterable } from '../../enter/target.ts';
import { limitsOf } from '../../process/limits/container-limits.ts';
import { subjectOf } from '../../process/subject.ts';
import type { ContainerFacts } from '../../why/container/facts.ts';
import type { Probe } from './gather-facts.ts';

/** How each fact about a container is learned. A running one is looked at through its process; of another, the engine alone tells. */
export function containerProbes(
  ctx: Context,
  container: Container,
): { [Name in keyof ContainerFacts]: Probe<ContainerFacts[Name]> } {
  const subject = () => subjectOf(ctx.host, enterable(ctx.host, container, ctx.now()));
  return {
    container: () => container,
    now: () => ctx.now(),
    inspection: async () => (await ctx.engine()).inspection(container.id),
    limits: () => limitsOf(ctx.host, subject(), { clock: ctx.clock, wait }),
  };
}
