import { takenText } from '../../network/cut/marked.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { undoCuts } from '../../network/cut/make.ts';
import { isOverdue } from '../../network/cut/mark.ts';
import { findRemains, type Marked, type Remains } from '../../network/cut/marked.ts';
import { forgetOthers } from '../../network/cut/cut-notes.ts';
import { undoCommands } from '../../network/cut/cut-plan.ts';
import { NEEDED_PROGRAMS } from '../../network/interfaces.ts';
import { duration, escapeControls } from '../../text.ts';
import { json, table } from '../../ui/table.ts';
import { dryRunText, asRoot } from '../../cli/root.ts';
import type { VethOptions } from './veth-options.ts';

/**
 * `dbg veth --status` and `--restore-all`. Both ask only the kernel, so they work while the engine
 * hangs. Gives the exit code.
 */
export async function statusOrRestore(ctx: Context, ref: string | undefined, options: VethOptions): Promise<number> {
  if (ref !== undefined) {
    throw usageError(
      `--${options.status ? 'status' : 'restore-all'} is about all cuts of this host, not about "${ref}" alone`,
      [{ what: 'for that container', command: options.status ? 'dbg veth CTR' : 'dbg veth CTR --up' }],
    );
  }
  for (const program of NEEDED_PROGRAMS) requireProgram(ctx.host, program);
  return asRoot(ctx, async () => {
    const remains = await findRemains(ctx.host);
    return options.status ? status(ctx, remains, options) : restoreAll(ctx, remains, options);
  });
}

function status(ctx: Context, { marked, left, doubtful }: Remains, { json: isJson }: VethOptions): number {
  const now = Math.floor(ctx.now() / 1000);
  if (doubtful.length > 0) {
    const names = `${doubtful.slice(0, SHOWN).join(', ')}${doubtful.length > SHOWN ? ' …' : ''}`;
    ctx.stderr.write(
      `dbg: not listed: the mark of a cut on ${escapeControls(names)}, of which dbg has no note: a container may have written it (off with it:  ip link set dev … alias '')\n`,
    );
  }
  if (left.length > 0) {
    const all = escapeControls(left.map(({ what }) => what).join(', '));
    ctx.stderr.write(`dbg: left over from ${LEFT_OF}: ${all}; remove it:  dbg veth --restore-all\n`);
  }
  if (isJson) ctx.stdout.write(json(marked.map((each) => markRecord(each, now))));
  else if (marked.length === 0) ctx.stderr.write('dbg: nothing is cut on this host\n');
  else
    ctx.stdout.write(
      table(
        HEADER,
        marked.map((each) => markRow(each, now)),
      ),
    );
  return 0;
}

const SHOWN = 5;
const LEFT_OF = 'cuts whose device is gone, or whose mark was overwritten';

const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '');

/**
 * One entry of `dbg veth --status --json`. The keys are documented in docs/veth-cuts.md and must
 * not change.
 */
function markRecord(each: Marked, now: number) {
  const { mark, device, place } = each;
  const [container = '', name = ''] = mark.whose.split('/');
  return {
    container,
    interface: name,
    device: device.name,
    ifindex: device.ifindex,
    namespace: place.path ?? null,
    cut: mark.what,
    by: mark.by,
    since: iso(mark.since),
    until: mark.until === 0 ? null : iso(mark.until),
    overdue: isOverdue(mark, now),
    in_force: mark.isInForce,
  };
}

const HEADER = ['CONTAINER', 'INTERFACE', 'DEVICE', 'CUT', 'BY', 'SINCE', 'UNTIL'];

function markRow(each: Marked, now: number): string[] {
  const { container, interface: name, device, cut, by } = markRecord(each, now);
  const { since, until } = each.mark;
  const left = !each.mark.isInForce
    ? 'NOT IN FORCE: its rules are gone or its link is up; dbg veth --restore-all'
    : until === 0
      ? 'dbg veth … --up'
      : isOverdue(each.mark, now)
        ? 'overdue: its guard was killed; dbg veth --restore-all'
        : until <= now
          ? 'now'
          : `in ${duration((until - now) * 1000)}`;
  const where = each.place.path === undefined ? device : `${device} in ${each.place.path}`;
  return [container, name, where, cut, by, `${duration((now - since) * 1000)} ago`, left];
}

/**
 * Undoes all cuts, and tells of each thing that it removed. Throws the first failure, after all
 * have been tried.
 */
async function restoreAll(ctx: Context, { marked, left }: Remains, options: VethOptions): Promise<number> {
  const now = Math.floor(ctx.now() / 1000);
  if (options.dryRun) {
    const commands = [
      ...marked.flatMap((each) => undoCommands(ctx.host, each, false)),
      ...left.map(({ removal }) => removal),
    ];
    ctx.stdout.write(dryRunText(ctx, commands));
    return 0;
  }
  const records: object[] = [];
  const say = (record: object, ...lines: readonly string[]) => {
    records.push(record);
    if (!options.json) ctx.stdout.write(lines.map((line) => `${escapeControls(line)}\n`).join(''));
  };
  const undoing = undoCuts(ctx.host, marked, false, (each, taken) => {
    const { mark, device } = each;
    const what = taken.map((one) => takenText(each, one));
    const heading = `${mark.whose} is back: ${device.name} (was ${mark.what}, by ${mark.by})`;
    say({ ...markRecord(each, now), done: what }, heading, ...what.map((line) => `  ${line}`));
  });
  const removals = left.map(async ({ what, removal }) => {
    const isDone = await ctx.host.output(removal).then(
      () => true,
      async (error: unknown) => {
        // It may have vanished by itself meanwhile, with its guard or its network namespace.
        if ((await findRemains(ctx.host)).left.some((other) => other.what === what)) throw error;
        return false;
      },
    );
    if (isDone) say({ ...NO_DEVICE, done: [`removed ${what}`] }, `removed ${what}: left over from ${LEFT_OF}`);
  });
  const outcomes = await Promise.allSettled([undoing, ...removals]);
  forgetOthers(ctx.host, marked, ctx.now());
  if (options.json) ctx.stdout.write(json(records));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  if (!options.json && records.length === 0) ctx.stderr.write('dbg: nothing was cut on this host\n');
  return 0;
}

/**
 * An entry for something without a device, or with no mark on its device. It has the same keys as
 * the others.
 */
const NO_DEVICE: Record<keyof ReturnType<typeof markRecord>, null> = {
  container: null,
  interface: null,
  device: null,
  ifindex: null,
  namespace: null,
  cut: null,
  by: null,
  since: null,
  until: null,
  overdue: null,
  in_force: null,
};
