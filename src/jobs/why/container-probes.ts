import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { enterable } from '../../enter/target.ts';
import { limitsOf } from '../../process/limits/container-limits.ts';
import { subjectOf } from '../../process/subject.ts';
import type { ContainerFacts } from '../../why/container/facts.ts';
import { entryPointOf } from './entry-probe.ts';
import { once } from '../once.ts';
import type { Probe } from './gather-facts.ts';
import { isWellOff, lastWordsOf, missingSourcesOf, publishersOf } from './life-probes.ts';
import { meansProbes } from './means-probes.ts';
import { volumeSizesOf } from './volume-sizes.ts';
import { resolverOf } from './network/resolver-probe.ts';
import { type HostWires, networkOf } from './network/wire-probe.ts';

/** How a container is looked at. */
export interface Looking {
  /** the ends of wires on this host, which are looked at once for all containers */
  readonly wires: () => Promise<HostWires>;
  /** nothing is sent: no question to a nameserver */
  readonly isSilent: boolean;
  /** how long each fact is waited for */
  readonly patienceMs: number;
}

/**
 * The probes that learn each fact about a container. A container that runs is looked at through its
 * process. Of a container that does not run, only the engine tells. Its calls are not traced,
 * unless a person asks for that (trace-probe.ts).
 */
export function containerProbes(
  ctx: Context,
  container: Container,
  { wires, isSilent }: Omit<Looking, 'patienceMs'>,
): { [Name in keyof ContainerFacts]: Probe<ContainerFacts[Name]> } {
  const target = () => enterable(ctx.host, container, ctx.now());
  const subject = () => subjectOf(ctx.host, target());
  const timing = { clock: ctx.clock, wait };
  const inspection = once(async () => (await ctx.engine()).inspection(container.id));
  const limits = once(async () => limitsOf(ctx.host, subject(), timing));
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
    network: async () => networkOf(ctx, container, target(), wires, timing),
    resolver: async () => resolverOf(ctx, container, target(), isSilent),
    limits,
    volumeSizes: async () => volumeSizesOf(await ctx.engine(), await inspection(), await limits()),
    ...meansProbes(ctx, container, { subject, inspection, timing }),
  };
}
