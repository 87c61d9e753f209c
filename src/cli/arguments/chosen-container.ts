import type { Context } from '../../context.ts';
import type { ContainerSummary } from '../../engine/container.ts';
import type { Finding } from '../../engine/find-container.ts';
import { mostRecentlyStarted } from '../../engine/recent.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError, usageError } from '../../errors.ts';
import { findTarget } from '../../jobs/find-target.ts';
import type { Choice } from '../../ui/picker.ts';

/** The container that a person named, or picks when they named none, ready to be entered. */
export const chosenTarget = async (ctx: Context, ref: string | undefined, finding?: Finding): Promise<Target> =>
  findTarget(ctx, ref ?? (await picked(ctx)), finding);

/**
 * Throws the usage error when no container is named and nobody can be asked. It costs nothing, so
 * it is called first.
 */
export function requireContainer(ctx: Context, ref: string | undefined): void {
  if (ref === '' || (ref === undefined && !(ctx.stdinIsTTY && ctx.stderr.isTTY))) {
    throw usageError('which container? (it can be left out only on a terminal, where dbg asks)', [
      { what: 'see what runs', command: 'docker ps' },
    ]);
  }
}

/**
 * The id of the running container that the person picks from a list. Throws a DbgError when none
 * runs.
 */
export async function picked(ctx: Context): Promise<string> {
  const engine = await ctx.engine();
  const running = (await engine.list()).filter(isEnterable);
  if (running.length === 0) {
    throw new DbgError('no container is running', {
      next: [{ what: 'see the stopped ones', command: 'docker ps -a' }],
    });
  }
  const choices = (await mostRecentlyStarted(engine, running, ctx.now())).map(toChoice);
  return ctx.pick('Which container?', choices);
}

/** Whether a container has a process now, which every verb needs. */
export const isEnterable = ({ state }: ContainerSummary) => state === 'running' || state === 'paused';

/** A container as a line of the list: name, image, state, age, published ports. */
export function toChoice({ id, name, image, state, status, ports }: ContainerSummary): Choice {
  // docker's words are "Up 3 minutes", "Up 3 minutes (Paused)" or "Up 3 minutes (health:
  // starting)". The word in brackets tells more than the state.
  const [, age, more] = /^Up (.*?)(?: \((?:health: )?([^)]*)\))?$/.exec(status) ?? [];
  return { value: id, cells: [name, image, more?.toLowerCase() ?? state, age ?? status, portsText(ports)] };
}

/**
 * Published ports as docker prints them, without the address: a port that is published for IPv4 and
 * IPv6 would be listed twice.
 */
function portsText(ports: ContainerSummary['ports']): string {
  const texts = ports.flatMap(({ host, container, protocol }) => (host ? [`${host}->${container}/${protocol}`] : []));
  return [...new Set(texts)].join(' ');
}
