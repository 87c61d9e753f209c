import type { Context } from '../../../context.ts';
import { findContainer } from '../../../engine/find-container.ts';
import { DbgError } from '../../../errors.ts';
import {
  applyLabels,
  labelCommand,
  planLabels,
  planUnlabels,
  type Label,
  type LabelPlan,
} from '../../../network/map/packet-labels.ts';
import type { HostMap } from '../../../network/map/map.ts';
import { escapeControls, shellLine } from '../../../text.ts';
import { json } from '../../../ui/table.ts';
import { dryRunText } from '../../../cli/root.ts';

export interface LabelWish {
  readonly action: 'add' | 'del';
  /** the container whose devices are meant; undefined for all containers */
  readonly ref: string | undefined;
  readonly json: boolean;
  readonly dryRun: boolean;
}

/** Gives host devices readable names, or removes them, and prints which. Gives the exit code. */
export async function labelVerb(ctx: Context, map: HostMap, wish: LabelWish): Promise<number> {
  const { action, dryRun } = wish;
  const id = wish.ref === undefined ? undefined : (await findContainer(await ctx.engine(), wish.ref)).id;
  const interfaces = map.interfaces.filter(({ target }) => id === undefined || target.container.id === id);
  const plan = action === 'add' ? planLabels(interfaces, map.hostLinks) : planUnlabels(interfaces);
  for (const refused of plan.refused) ctx.stderr.write(`dbg: ${escapeControls(refused)}\n`);
  if (dryRun) {
    const commands = plan.change.map((label) => labelCommand(label, action));
    ctx.stdout.write(dryRunText(ctx, commands));
    return 0;
  }
  const { done, failed } = await applyLabels(ctx.host, plan.change, action);
  ctx.stdout.write(wish.json ? json([...done, ...plan.already].map(labelRecord)) : labelText(plan, done, action));
  if (failed.length > 0) {
    const next = plan.change.slice(0, 1).map((label) => shellLine(labelCommand(label, action)));
    throw new DbgError(`not done for ${failed.join('; ')}`, {
      next: next.map((command) => ({ what: 'try it by hand', command })),
    });
  }
  return 0;
}

/** One entry of `--label --json` and `--unlabel --json`. */
const labelRecord = ({ device, altname, interface: { target, inside } }: Label) => ({
  host_device: device,
  altname,
  container: target.container.name,
  interface: inside.name,
});

function labelText({ already }: LabelPlan, done: readonly Label[], action: 'add' | 'del'): string {
  const line =
    (what: string) =>
    ({ device, altname }: Label) =>
      `${device} is ${what} ${altname}\n`;
  const lines = [...already.map(line('already')), ...done.map(line(action === 'add' ? 'now also' : 'no longer'))];
  return (
    escapeControls(lines.join('')).replaceAll('\\n', '\n') ||
    `nothing to do: no device ${action === 'add' ? 'can get' : 'has'} such a name\n`
  );
}
