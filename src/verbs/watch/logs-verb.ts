import { picked, requireContainer } from '../../cli/arguments/chosen-container.ts';
import { containerArgument } from '../../cli/arguments/verb-argument.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { findContainer } from '../../engine/find-container.ts';
import { followLog, type LogWish } from '../../engine/following/follow-log.ts';
import { DbgError } from '../../errors.ts';
import { journalLog } from '../../jobs/timeline/journal-log.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { type MessageWriter, messageWriter } from './message-writer.ts';
import { PIPE, ReaderLeft } from './result-writer.ts';
import { readTail, readTimes } from './watch-times.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly tail?: string;
  readonly timestamps?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly details?: boolean;
}

export function logsCommand(ctx: Context): Verb {
  return new Verb('logs')
    .addArgument(containerArgument())
    .summary('what a container wrote, as docker logs shows it')
    .description(
      "Show a container's log, whether it runs or not: its stdout on stdout and its stderr on stderr, as docker logs does. With -f, it goes on when the connection to the engine breaks, and nothing is shown twice. Where the engine cannot read the log, the journal is read.",
    )
    .option('-f, --follow', 'go on until the container ends')
    .option('-n, --tail <lines>', 'only so many of the last lines, or "all"')
    .option('-t, --timestamps', 'with the time of each line')
    .option('--since <time>', 'only since then: 10m, 2026-01-02T15:04:05, or seconds')
    .option('--until <time>', 'only until then')
    .option('--details', "with the log driver's extra attributes")
    .addHelpText('after', '\nExamples:\n  dbg logs web\n  dbg logs -f --tail 20 web\n  dbg logs -t --since 10m web')
    .runs((ref: string | undefined, options: LogsOptions) => logs(ctx, ref, options));
}

async function logs(ctx: Context, ref: string | undefined, options: LogsOptions): Promise<number> {
  const times = readTimes(ctx, options);
  const tail = readTail(options.tail);
  requireContainer(ctx, ref);
  const container = await findContainer(await ctx.engine(), ref ?? (await picked(ctx)));
  const wish: LogWish = {
    isFollowed: options.follow === true,
    ...(typeof tail === 'number' && { tail }),
    ...(times.since && { since: times.since.seconds }),
    ...(times.until && { until: times.until.seconds }),
    ...(options.details && { details: true }),
  };
  try {
    return await copyLog(ctx, container, wish, options.timestamps === true);
  } catch (error) {
    if (error instanceof ReaderLeft) return PIPE;
    throw error;
  }
}

async function copyLog(ctx: Context, container: Container, wish: LogWish, withTimes: boolean): Promise<number> {
  const engine = await ctx.engine();
  const { id, state } = container;
  let stop = (): void => undefined;
  let writer: MessageWriter | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      writer = messageWriter(ctx, withTimes, reject);
      const { message, drained } = writer;
      const failed = async (sentence: string) => {
        const beside = await journalLog(ctx.host, engine, id, wish, { message, drained, ended: resolve });
        if (beside) stop = beside;
        else reject(unreadable(container, sentence));
      };
      const log = followLog(engine, { id, isRunning: state.pid > 0 }, wish, {
        message,
        drained,
        ended: resolve,
        failed: (sentence) => void failed(sentence).catch(reject),
        stillRuns: async () => ((await engine.inspect(id))?.state.pid ?? 0) > 0,
        broken: () => ctx.stderr.write('dbg: the engine does not answer any more; dbg keeps asking\n'),
        back: () => ctx.stderr.write('dbg: the engine is there again\n'),
      });
      stop = log.stop;
    });
    await writer!.flushed();
  } finally {
    stop();
  }
  return 0;
}

const unreadable = ({ name }: Container, sentence: string) =>
  new DbgError(`the log of "${name}" cannot be read: ${escapeControls(sentence)}`, {
    next: [
      {
        what: 'see its log driver',
        command: `docker inspect -f '{{.HostConfig.LogConfig.Type}}' ${shellQuote(name)}`,
      },
    ],
  });
