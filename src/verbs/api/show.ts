import { fileArgument } from '../../cli/arguments/verb-argument.ts';
import { Option } from 'commander';
import { version } from '../../../package.json';
import { parseFilters, type Filter } from '../../api/wire/calls/call-filter.ts';
import { names } from '../../api/wire/calls/container-names.ts';
import { harEntry, harFrame } from '../../api/recordings/har.ts';
import { peersFirst } from '../../api/recordings/peers-first.ts';
import { tellAll, openRecording, type Recording } from '../../api/recordings/read-recording.ts';
import { wholeCalls } from '../../api/recordings/whole-call.ts';
import type { Context } from '../../context.ts';
import { DbgError, errorCode } from '../../errors.ts';
import { escapeControls, printableJson } from '../../text.ts';
import { Verb } from '../../cli/verb.ts';
import { repeatable } from '../../cli/arguments/repeatable.ts';
import { shown, type RevealOption } from './reveal-option.ts';
import { lineWriter } from '../../cli/line-writer.ts';
import { callPrinter } from './printing/call-printer.ts';

interface ShowOptions extends RevealOption {
  readonly filter?: readonly string[];
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly har?: boolean;
}

export function showCommand(ctx: Context): Verb {
  return new Verb('show')
    .runsWhere('here')
    .summary('the calls of a recording')
    .description('Show the calls of a recording, as dbg api snoop does while they are made.')
    .usage('[OPTIONS] FILE')
    .addArgument(fileArgument('<file>', 'what dbg api record has written; - is stdin'))
    .option('-v, --verbose', 'headers, bodies and streams too')
    .option('--filter <expression>', "only these calls: 'status>=400 and path~exec'; repeatable", repeatable)
    .option('--reveal', 'with secrets, where they were recorded')
    .option('--json', 'a JSON object for each call, one a line')
    .addOption(new Option('--har', 'as HAR 1.2, for browsers and other viewers of HTTP').conflicts(['verbose', 'json']))
    .addHelpText('after', '\nExamples:\n  dbg api show pull.ndjson\n  dbg api show --har pull.ndjson > pull.har')
    .runs(async (path: string, options: ShowOptions) => show(ctx, path, options));
}

async function show(ctx: Context, path: string, options: ShowOptions): Promise<number> {
  const filter = options.filter && parseFilters(options.filter);
  const { header, events } = await openRecording(path, noteOn(ctx));
  // A recording that comes through a pipe may be live: its calls are shown as they come.
  const recording = { header, events: path === '-' ? events : peersFirst(events) };
  const failure = await (options.har
    ? asHar(ctx, recording, options, filter)
    : asLines(ctx, recording, options, filter));
  if (failure) throw new DbgError(`the calls cannot be written: ${failure.message}`);
  return 0;
}

/** Gives what writes notes beside the result, on stderr. */
export const noteOn = (ctx: Context) => (text: string) => ctx.stderr.write(`dbg: ${escapeControls(text)}\n`);

async function asLines(
  ctx: Context,
  { events }: Recording,
  options: ShowOptions,
  filter: Filter | undefined,
): Promise<Error | undefined> {
  const view = callPrinter(await ctx.stdout.asFile(), {
    verbose: options.verbose,
    json: options.json,
    filter,
    colour: ctx.stdout.isTTY && !ctx.env['NO_COLOR'],
    // The clock stands still, so that no call counts as open for a second: each call has one line.
    clock: () => 0,
  });
  // Where a line of the recording is wrong, the calls before that line are shown.
  let failure: Error | undefined;
  try {
    await tellAll(events, shown(options, view.onEvent), view.drained);
  } finally {
    failure = await view.end();
  }
  return failure;
}

/** Writes the calls as a HAR, entry by entry: a recording may be larger than memory. */
async function asHar(
  ctx: Context,
  { header, events }: Recording,
  options: ShowOptions,
  filter: Filter | undefined,
): Promise<Error | undefined> {
  let failure: Error | undefined;
  let isFirst = true;
  const out = lineWriter(await ctx.stdout.asFile(), (error) => (failure = error));
  const frame = harFrame(version);
  out.print(frame.head);
  const known = names();
  const onEvent = wholeCalls((whole) => {
    known.learn(whole.call);
    if (filter?.(whole.call, known.of(whole.call)) === false) return;
    out.print(`${isFirst ? '' : ',\n'}${printableJson(harEntry(whole, header.engine, header.tls ?? false))}`);
    isFirst = false;
  });
  try {
    await tellAll(events, shown(options, onEvent), out.drained);
  } finally {
    out.print(frame.tail);
    await out.end();
  }
  return errorCode(failure) === 'EPIPE' ? undefined : failure;
}
