import { Option } from 'commander';
import type { Context } from '../../context.ts';
import { addSelection, namesIn, type Selecting } from '../../cli/arguments/chosen-containers.ts';
import { liveChoice } from '../../cli/arguments/live-containers.ts';
import { VerbArgument } from '../../cli/arguments/verb-argument.ts';
import { asRoot } from '../../cli/root.ts';
import { Verb } from '../../cli/verb.ts';
import type { UsageWish } from '../../jobs/usage/usage-wish.ts';
import { DOCKER_TABLE, dockerFormat } from './docker-format.ts';
import { dockerRow } from './docker-row.ts';
import { printOnce, printOnAndOn, type RowsText } from './print-rows.ts';
import { usageRecord } from './usage-record.ts';
import { usageTable } from './usage-table.ts';
import { printableJson } from '../../text.ts';

interface UsageOptions extends Selecting {
  readonly all?: boolean;
  readonly stream: boolean;
  readonly trunc: boolean;
  readonly format?: string;
  readonly json?: boolean;
}

/** What a person without options is shown: dbg's own screen, or docker's table. */
export type Habit = 'top' | 'stats';

/** The command of `dbg top` and `dbg stats`, which differ in what they show without options. */
export function usageCommand(ctx: Context, habit: Habit): Verb {
  const ctr = 'name, id or an unambiguous prefix; several; left out, every running container';
  const verb = new Verb(habit)
    .runsWhere('terminal')
    .asksSeveral('stream')
    .addArgument(new VerbArgument('[ctr...]', ctr, 'container lists'));
  return addSelection(verb)
    .option('-a, --all', 'stopped containers too')
    .option('--no-stream', 'the figures once')
    .option('--no-trunc', 'whole ids')
    .option('--format <template>', "docker's: 'table {{.Name}}\\t{{.CPUPerc}}', 'json', or a line for each container")
    .addOption(new Option('--json', 'a JSON object a line for each container and second').conflicts('format'))
    .runs((words: readonly string[], options: UsageOptions) => {
      const act = () => usage(ctx, words, options, habit);
      // Everybody may read the cgroup files, unless this host hides other users' processes
      // (proc(5), hidepid). Then root is needed.
      return ctx.host.exists('/proc/1/cgroup') ? act() : asRoot(ctx, act);
    });
}

async function usage(ctx: Context, words: readonly string[], options: UsageOptions, habit: Habit): Promise<number> {
  const text = textOf(ctx, words.flatMap(namesIn), options, habit);
  const choice = await liveChoice(ctx, words, options);
  // As with docker, a container that is named has a row whether it runs or not.
  const wish: UsageWish = { choice, everyMs: 1000, withStopped: options.all === true || words.length > 0 };
  if (!options.stream) return printOnce(ctx, wish, text);
  const isDrawn = ctx.stdout.isTTY && ctx.env['TERM'] !== 'dumb' && !options.json && options.format === undefined;
  if (habit === 'top' && isDrawn && ctx.stdinIsTTY)
    return (await import('./screen/run-screen.ts')).runScreen(ctx, wish);
  return printOnAndOn(ctx, wish, text, isDrawn);
}

function textOf(ctx: Context, typed: readonly string[], options: UsageOptions, habit: Habit): RowsText {
  const { json, format, trunc } = options;
  if (json) {
    return { text: (rows, at) => rows.map((row) => `${printableJson(usageRecord(row, at))}\n`).join(''), gap: '' };
  }
  if (habit === 'stats' || format !== undefined) {
    const write = dockerFormat(format ?? DOCKER_TABLE);
    const text: RowsText['text'] = (rows) => write(rows.map((row) => dockerRow(row, typed, !trunc)));
    return { text, gap: (format?.startsWith('table') ?? true) ? '\n' : '' };
  }
  const width = ctx.stdout.isTTY ? ctx.stdout.columns?.() : undefined;
  return { text: (rows, at) => usageTable(rows, at, width), gap: '\n' };
}
