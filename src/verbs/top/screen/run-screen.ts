import { constants } from 'node:os';
import type { Context } from '../../../context.ts';
import { followUsage } from '../../../jobs/usage/follow-usage.ts';
import type { UsageNews, UsageWish } from '../../../jobs/usage/usage-wish.ts';
import { DbgError } from '../../../errors.ts';
import { subjectOfPid } from '../../../process/subject.ts';
import type { ContainerUsage } from '../../../process/usage/container-usage.ts';
import { processReader, type ProcessUsage } from '../../../process/usage/process-usage.ts';
import type { FullScreen } from '../../../ui/full-screen.ts';
import { inPlace } from '../../../ui/in-place.ts';
import { lookOf } from '../../../ui/table.ts';
import { lostText } from '../print-rows.ts';
import { CONTAINER_COLUMNS } from '../usage-columns.ts';
import { guardTerminal } from './guard-terminal.ts';
import { keysIn } from './key-names.ts';
import type { Shown } from './list-state.ts';
import { screenFrame } from './screen-frame.ts';
import { FIRST_STATE, pressed } from './screen-state.ts';
import { cpuHistory, levelsOf } from './sparkline.ts';

/** How much may wait for a slow terminal before frames are left out. */
const MOST_WAITING = 1 << 16;

/**
 * Shows the containers on the whole screen of the terminal until the person leaves, or a signal
 * comes. The terminal is given back as it was, however dbg ends. Gives the exit code.
 */
export async function runScreen(ctx: Context, wish: UsageWish): Promise<number> {
  const signalled = ctx.host.signalled();
  const guard = guardTerminal(ctx.host);
  let left: (exitCode: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => (left = resolve));
  const view = usageView(ctx, left);
  let stop = (): void => undefined;
  try {
    stop = await followUsage(ctx, wish, view);
    return await Promise.race([ended, signalled.first.then((signal) => 128 + constants.signals[signal])]);
  } finally {
    stop();
    view.close();
    guard.leave();
    signalled.stop();
  }
}

/** The screen: it hears of rows and keys, and draws. It is taken when the first rows come. */
function usageView(ctx: Context, left: (exitCode: number) => void) {
  const look = lookOf(ctx);
  const history = cpuHistory(levelsOf(ctx.env));
  const alarming = new Set<string>();
  let state = FIRST_STATE;
  let screen: FullScreen | undefined;
  let shown: Shown = { keys: [], columns: [], page: 1 };
  let rows: readonly ContainerUsage[] = [];
  let now = 0;
  let warning: string | undefined;
  let isClean = false;
  const processes = openedProcesses(ctx);

  function draw(): void {
    if (screen === undefined || ctx.stdout.waiting() > MOST_WAITING) return;
    const data = { rows, now, history, alarming, processes: processes.rows(), warning };
    const frame = screenFrame(state, data, screen.size(), look);
    shown = frame.shown;
    ctx.stdout.write(inPlace(frame.lines.join('\n'), !isClean));
    isClean = true;
  }
  function onKeys(text: string): void {
    for (const key of keysIn(text)) {
      const next = pressed(state, key, shown);
      if (next === 'quit' || next === 'interrupt') return left(next === 'quit' ? 0 : 130);
      if (key === 'redraw') isClean = false;
      if (next.opened !== state.opened) processes.open(rows.find(({ id }) => id === next.opened));
      state = next;
      draw();
    }
  }
  function onChange(): void {
    isClean = false;
    draw();
  }
  return {
    rows: (all: readonly ContainerUsage[], at: number) => {
      rows = all;
      now = at;
      history.note(new Map(all.map(({ id, cpu }) => [id, cpu?.percent])));
      for (const { name, isAlarming } of CONTAINER_COLUMNS) if (isAlarming && all.some(isAlarming)) alarming.add(name);
      processes.read(all);
      screen ??= ctx.takeScreen({ onKeys, onChange });
      draw();
    },
    news: (news: UsageNews) => {
      if (news.kind === 'engine lost') warning = lostText(news.why);
      if (news.kind === 'engine back') warning = undefined;
      draw();
    },
    close: () => screen?.close(),
  };
}

/** The processes of the container that a person has opened. */
function openedProcesses({ host, clock }: Context) {
  let of: { readonly id: string; readonly pid: number; read(): ProcessUsage[] } | undefined;
  let last: readonly ProcessUsage[] | undefined;
  const open = (row: ContainerUsage | undefined): void => {
    of = undefined;
    last = undefined;
    if (row?.pid === undefined) return;
    try {
      const subject = subjectOfPid(host, row.pid);
      of = { id: row.id, pid: row.pid, read: processReader(host, subject, clock) };
      last = of.read();
    } catch (error) {
      // It has ended just now, which the next rows show.
      if (!(error instanceof DbgError)) throw error;
    }
  };
  return {
    open,
    rows: () => last,
    read: (rows: readonly ContainerUsage[]) => {
      if (of === undefined) return;
      const row = rows.find(({ id }) => id === of!.id);
      // After a restart it is another process that has to be followed.
      if (row?.pid === of.pid) last = of.read();
      else open(row);
    },
  };
}
