import { join } from 'node:path';
import type { Context } from '../../../context.ts';
import type { Plan } from '../../../enter/entry-plan.ts';
import type { ShellSession } from '../../../cli/enter.ts';
import { stillRuns, type Target } from '../../../enter/target.ts';
import { hostNamespace } from '../../../host/host-namespace.ts';
import { ownValues } from '../../../host/own-values.ts';
import { bannerText } from './banner.ts';
import { withPrompt } from './prompt.ts';
import { watchSession } from './container-watch.ts';

/**
 * Prepares a shell for a person: the banner, the prompt, and a watch that tells what happens to the
 * container meanwhile.
 */
export async function openSession(
  ctx: Context,
  target: Target,
  { entry }: Plan,
  shell: string,
  isQuiet = false,
): Promise<ShellSession> {
  const netns = ctx.host.link(`/proc/${target.pid}/ns/net`);
  const isHostNetwork = netns !== undefined && netns === hostNamespace(ctx.host, 'net');
  const { argv, env } = withPrompt(shell, {
    target,
    isHostNetwork,
    hostName: ctx.host.read('/proc/sys/kernel/hostname')?.trim() ?? '',
    folder: join(ctx.assetFolder, 'session'),
    zdotdir: ctx.env['ZDOTDIR'],
    home: ownValues(ctx.env)['HOME'] ?? '',
  });
  if (!isQuiet) ctx.stderr.write(bannerText(target, entry, isHostNetwork));
  const tell = (line: string) => ctx.stderr.write(line);
  const { container } = target;
  return { argv, env, end: watchSession(await ctx.engine(), container, tell, stillRuns(ctx.host, container)) };
}
