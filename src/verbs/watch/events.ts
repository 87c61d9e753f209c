import { repeatable } from '../../cli/arguments/repeatable.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import type { EngineEvent } from '../../engine/following/engine-event.ts';
import { followEvents } from '../../engine/following/follow-events.ts';
import { usageError } from '../../errors.ts';
import { noEvents } from '../../jobs/timeline/no-events.ts';
import { eventFormat } from './event-format.ts';
import { PIPE, ReaderLeft, resultWriter } from './result-writer.ts';
import { readTimes } from './watch-times.ts';

interface EventsOptions {
  readonly since?: string;
  readonly until?: string;
  readonly filter?: readonly string[];
  readonly format?: string;
  readonly json?: boolean;
}

export function eventsCommand(ctx: Context): Verb {
  return new Verb('events')
    .summary('what the engine tells, as docker events shows it')
    .description(
      "Show the engine's events, as docker events does. When the engine goes, dbg says so, and goes on when it is there again; nothing is shown twice.",
    )
    .option(
      '-f, --filter <key=value>',
      'only these: type=container, event=die, container=web, label=k=v; repeatable',
      repeatable,
    )
    .option('--since <time>', 'also since then, as far as the engine remembers: 10m, 2026-01-02T15:04:05, or seconds')
    .option('--until <time>', 'until then')
    .option('--format <template>', "docker's: '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}', or json")
    .option('--json', 'a JSON object a line, as the engine writes it')
    .addHelpText(
      'after',
      '\nExamples:\n  dbg events\n  dbg events --since 1h --until 0s -f event=die\n  dbg events --json',
    )
    .runs((options: EventsOptions) => events(ctx, options));
}

async function events(ctx: Context, options: EventsOptions): Promise<number> {
  const { since, until } = readTimes(ctx, options);
  const filters = filtersOf(options.filter ?? []);
  const text = eventFormat(options.json ? 'json' : options.format);
  const engine = await ctx.engine();
  let stop = (): void => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const opened = resultWriter(ctx.stdout, () => reject(new ReaderLeft()));
      // One event after another: the text of two must not mix.
      let written: Promise<void> = opened.then(() => undefined);
      const print = (event: EngineEvent) => {
        const line = Buffer.from(`${text(event)}\n`);
        written = written.then(async () => (await opened).write([line]));
        written.catch(reject);
      };
      stop = followEvents(
        engine,
        { filters, since: since?.seconds, until: until?.seconds },
        {
          event: print,
          lost: (why) => ctx.stderr.write(`dbg: the engine is lost: ${why}; dbg keeps asking\n`),
          back: () => ctx.stderr.write('dbg: the engine is there again\n'),
          ended: () => void written.then(resolve, reject),
          refused: (sentence) => reject(noEvents(engine.address, sentence)),
        },
        ctx.now,
      );
    });
    return 0;
  } catch (error) {
    if (error instanceof ReaderLeft) return PIPE;
    throw error;
  } finally {
    stop();
  }
}

/** Reads KEY=VALUE words as the filters of the API. Throws a usage error. */
function filtersOf(words: readonly string[]): Record<string, string[]> {
  const filters: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const word of words) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined) {
      throw usageError(`--filter ${word}: no KEY=VALUE`, [
        { what: 'for example', command: 'dbg events --filter event=die' },
      ]);
    }
    // As docker does: keys in any case, and blanks around them do not count.
    (filters[key.trim().toLowerCase()] ??= []).push(value!.trim());
  }
  return { ...filters };
}
