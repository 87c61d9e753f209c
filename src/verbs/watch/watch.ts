import { setTimeout as wait } from 'node:timers/promises';
import { InvalidArgumentError, Option } from 'commander';
import { addSelection, namesIn, type Selecting, selects } from '../../cli/arguments/chosen-containers.ts';
import { fileOption, VerbArgument } from '../../cli/arguments/verb-argument.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { findContainer } from '../../engine/find-container.ts';
import { type ChangesFollowed, followChanges } from '../../jobs/host-page/follow-changes.ts';
import { followTimeline, type Timeline } from '../../jobs/timeline/follow-timeline.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';
import { printableJson } from '../../text.ts';
import { entryPrinter, entryRecord } from '../../timeline/entry-text.ts';
import type { TimelineEntry } from '../../timeline/timeline-entry.ts';
import type { TimelineChoice, TimelineOptions } from '../../timeline/timeline-wish.ts';
import { lookOf } from '../../ui/table.ts';
import { recordTimeline } from './record-timeline.ts';
import { PIPE, ReaderLeft, resultWriter } from './result-writer.ts';
import { readTail, readTimes } from './watch-times.ts';

interface WatchOptions extends Selecting {
  readonly tail?: string;
  readonly since?: string;
  readonly until?: string;
  readonly grep?: RegExp;
  readonly logs: boolean;
  readonly allEvents?: boolean;
  readonly record?: string;
  readonly json?: boolean;
}

export function watchCommand(ctx: Context): Verb {
  const ctr = 'name, id or an unambiguous prefix; several; left out, every container';
  return addSelection(
    new Verb('watch').asksSeveral('stream').addArgument(new VerbArgument('[ctr...]', ctr, 'container lists')),
    'every container',
  )
    .summary('one timeline of all that happens: logs, events, OOM kills, cuts')
    .description(
      'Show what happens to containers in the order of time: what they log, what the engine tells of them, what the kernel does to them (kills for want of memory, throttling), and the cuts that dbg made. Containers that are made later join by themselves.',
    )
    .option('-n, --tail <lines>', 'so many of the last lines of each log first, or "all"')
    .option('--since <time>', 'logs and events since then: 10m, 2026-01-02T15:04:05, or seconds')
    .option('--until <time>', 'and until then')
    .addOption(new Option('--grep <regex>', 'only log lines that fit').argParser(patternOf))
    .option('--no-logs', 'no logs')
    .option('--all-events', 'also images, volumes, docker exec, and the rest that docker events shows')
    .addOption(
      fileOption('--record <file>', 'keep it in a new file, with what the containers use, for dbg ui --replay'),
    )
    .option('--json', 'a JSON object a line')
    .addHelpText(
      'after',
      "\nExamples:\n  dbg watch\n  dbg watch web,db --since 10m\n  dbg watch --project shop --grep 'error|timeout'\n  dbg watch --record night.ndjson",
    )
    .runs((words: readonly string[], options: WatchOptions) => watch(ctx, words, options));
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch {
    throw new InvalidArgumentError('It is no regular expression.');
  }
}

async function watch(ctx: Context, words: readonly string[], options: WatchOptions): Promise<number> {
  const { since, until } = readTimes(ctx, options);
  const tail = readTail(options.tail);
  const choice = await choiceOf(ctx, words.flatMap(namesIn), options);
  const wish: TimelineOptions = {
    ...(tail !== undefined && { tail }),
    ...(since && { since: since.at }),
    ...(until && { until: until.at }),
    ...(options.grep && { grep: options.grep }),
    ...(!options.logs && { logs: false }),
    ...(options.allEvents && { eventTypes: 'all' }),
  };
  const recorder = options.record === undefined ? undefined : await recordTimeline(ctx, options.record);
  // From here on signals end the timeline, so that what was seen before them is printed.
  const signalled = ctx.host.signalled();
  let leave = (): void => undefined;
  const left = new Promise<typeof PIPE>((resolve) => (leave = () => resolve(PIPE)));
  let timeline: Timeline | undefined;
  let changes: ChangesFollowed | undefined;
  try {
    const writer = await resultWriter(ctx.stdout, leave);
    const text = textOf(ctx, options.json === true);
    const onEntries = async (entries: readonly TimelineEntry[]) => {
      await recorder?.entries(entries);
      changes?.happened(entries);
      await writer.write([Buffer.from(entries.map(text).join(''))]);
    };
    const onUsage =
      recorder &&
      ((rows: readonly ContainerUsage[], at: number) => {
        recorder.usage(rows, at);
        changes?.watched(rows);
      });
    timeline = await followTimeline(ctx, choice, wish, onEntries, onUsage);
    if (recorder && until === undefined) changes = followChanges(ctx, recorder.changes);
    if (!until || until.at > ctx.now()) ctx.stderr.write(`dbg: ${beginText(timeline.count())}\n`);
    const ended = timeline.ended.then(() => 0);
    const code = await Promise.race([ended, left, signalled.first]);
    if (typeof code === 'number') return code;
    timeline.stop();
    // A reader who does not read is not to hold dbg up.
    await Promise.race([timeline.ended, left, wait(MOST_FLUSH_MS)]);
    return 128 + (SIGNALS[code] ?? 0);
  } catch (error) {
    if (error instanceof ReaderLeft) return PIPE;
    throw error;
  } finally {
    timeline?.stop();
    changes?.stop();
    await recorder?.end();
    signalled.stop();
  }
}

/** So long may it take to print what had come before a signal. */
const MOST_FLUSH_MS = 3_000;
const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 };

const beginText = (count: number) =>
  `watching ${count === 0 ? 'no container yet' : count === 1 ? 'one container' : `${count} containers`}; Ctrl-C ends it`;

function textOf(ctx: Context, isJson: boolean): (entry: TimelineEntry) => string {
  if (isJson) return (entry) => `${printableJson(entryRecord(entry))}\n`;
  return entryPrinter({ isColoured: lookOf(ctx).isColoured === true, today: ctx.now() });
}

/**
 * A container that is named stays in the timeline when it is made again under its name, or renamed.
 * A selection may be of none yet.
 */
async function choiceOf(ctx: Context, names: readonly string[], selection: Selecting): Promise<TimelineChoice> {
  if (names.length === 0) {
    const { project, network, label } = selection;
    return {
      ...(project !== undefined && { project }),
      ...(network !== undefined && { network }),
      ...(label !== undefined && { label }),
    };
  }
  const engine = await ctx.engine();
  const found = await Promise.all(names.map((name) => findContainer(engine, name)));
  const chosen = { ids: found.map(({ id }) => id), names: found.map(({ name }) => name) };
  return selects(selection) ? { ...chosen, ...selection } : chosen;
}
