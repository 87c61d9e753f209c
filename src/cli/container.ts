import type { Context } from '../context.ts';
import type { ContainerSummary } from '../engine/container.ts';
import { findContainer } from '../engine/find.ts';
import { enterable, type Target } from '../enter/target.ts';
import { DbgError, EXIT } from '../errors.ts';
import { escapeControls } from '../text.ts';

/** The container that a person named, or picks when they named none, ready to be entered. */
export async function chosenTarget(ctx: Context, ref: string | undefined): Promise<Target> {
  const engine = await ctx.engine();
  const container = await findContainer(engine, ref ?? (await picked(ctx)));
  return enterable(ctx.host, container, ctx.now());
}

/** Throws the usage error for a container left out where nobody can be asked. Costs nothing: call it first. */
export function requireContainer(ctx: Context, ref: string | undefined): void {
  if (ref === '' || (ref === undefined && !(ctx.stdinIsTTY && ctx.stderr.isTTY))) {
    throw new DbgError('which container? (it can be left out only on a terminal, where dbg asks)', {
      exitCode: EXIT.usage,
      next: [{ what: 'see what runs', command: 'docker ps' }],
    });
  }
}

async function picked(ctx: Context): Promise<string> {
  const engine = await ctx.engine();
  const running = (await engine.list()).filter(({ state }) => state === 'running' || state === 'paused');
  if (running.length === 0) {
    throw new DbgError('no container is running', {
      next: [{ what: 'see the stopped ones', command: 'docker ps -a' }],
    });
  }
  return ctx.pick('Which container?', running.map(toChoice));
}

function toChoice({ id, name, image, status, ports }: ContainerSummary) {
  const published = ports.flatMap(({ host, container, protocol }) =>
    host ? [`${host}→${container}/${protocol}`] : [],
  );
  const label = [name, image, status, [...new Set(published)].join(' ')].filter(Boolean).join('  ');
  return { value: id, label: escapeControls(label) };
}
