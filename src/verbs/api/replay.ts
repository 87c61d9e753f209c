import { fileArgument } from '../../cli/arguments/verb-argument.ts';
import { loadCalls } from '../../api/recordings/replay/load-calls.ts';
import { serveReplay } from '../../api/recordings/replay/serve.ts';
import { tellAll, openRecording } from '../../api/recordings/read-recording.ts';
import type { Context } from '../../context.ts';
import { DbgError, EXIT, usageError } from '../../errors.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { Verb } from '../../cli/verb.ts';
import { addStandIn, commandBehind, serveAlone, type StandInOptions } from './serve-calls.ts';
import { noteOn } from './show.ts';

interface ReplayOptions extends StandInOptions {
  readonly speed?: string;
}

export function replayCommand(ctx: Context): Verb {
  return addStandIn(
    new Verb('replay')
      .runsWhere('here')
      .summary('answer docker from a recording, without an engine')
      .description(
        "Answer docker from a recording, at the engine's pace; no engine is asked. A call that was not recorded fails, dbg names the nearest one that was, and its exit code is then 125.",
      )
      .usage('[OPTIONS] FILE [-- COMMAND [ARG…]]')
      .addArgument(fileArgument('<file>', 'what dbg api record has written')),
  )
    .option('--speed <n>', 'how many times as fast as it was recorded, or "max"')
    .addHelpText(
      'after',
      '\nExamples:\n  dbg api replay bad-day.ndjson -- docker ps\n  dbg api replay --speed max bad-day.ndjson',
    )
    .runs(async (path: string, command: string[], options: ReplayOptions) =>
      replay(ctx, path, commandBehind('FILE', command, 'replay'), options),
    );
}

async function replay(ctx: Context, path: string, command: readonly string[], options: ReplayOptions): Promise<number> {
  const speed = speedOf(options.speed);
  const note = noteOn(ctx);
  const { header, events } = await openRecording(path, note);
  const loaded = loadCalls();
  await tellAll(events, loaded.onEvent);
  const calls = loaded.calls();
  if (calls.length === 0) {
    throw new DbgError(`${path} has no calls that could be answered from it`, {
      next: [{ what: 'record some', command: `dbg api record ${shellQuote(path)} -- docker …` }],
    });
  }
  let failures = 0;
  const failed = (message: string) => {
    failures++;
    ctx.stderr.write(`dbg: ${escapeControls(message)}\n`);
  };
  const what = `${calls.length} calls of ${header.engine}, from ${path}`;
  const exitCode = await serveAlone(ctx, command, options, what, {
    start: (server) =>
      serveReplay(server, {
        calls,
        speed,
        failed,
        alike: (asked, { number }) => note(`${asked}: answered from #${number}, which asked for other times or sizes`),
      }),
  });
  return exitCode === 0 && failures > 0 ? EXIT.failed : exitCode;
}

function speedOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const speed = text === 'max' ? Infinity : Number(text);
  if (speed > 0) return speed;
  throw usageError(`"${text}" is no speed: 2 is twice as fast, 0.5 half, max without waiting`);
}
