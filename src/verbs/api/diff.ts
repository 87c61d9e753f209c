import { fileArgument } from '../../cli/arguments/verb-argument.ts';
import { diffCalls, type CallPair } from '../../api/recordings/diff-calls.ts';
import { tellAll, openRecording } from '../../api/recordings/read-recording.ts';
import { wholeCalls, type WholeCall } from '../../api/recordings/whole-call.ts';
import type { Context } from '../../context.ts';
import { escapeControls, printableJson } from '../../text.ts';
import { Verb } from '../../cli/verb.ts';
import { noteOn } from './show.ts';
import { shown, type RevealOption } from './reveal-option.ts';

interface DiffOptions extends RevealOption {
  readonly json?: boolean;
}

export function diffCommand(ctx: Context): Verb {
  return new Verb('diff')
    .runsWhere('here')
    .summary('what differs between two recordings')
    .description('Compare two sessions call by call. The exit code is 0 when they are the same, 1 when they differ.')
    .usage('[OPTIONS] A B')
    .addArgument(fileArgument('<a>', 'what dbg api record has written'))
    .addArgument(fileArgument('<b>', 'the recording to compare it with'))
    .option('--reveal', 'with secrets, where they were recorded')
    .option('--json', 'a JSON object for each difference, one a line')
    .addHelpText('after', '\nExamples:\n  dbg api diff good-day.ndjson bad-day.ndjson')
    .runs(async (a: string, b: string, options: DiffOptions) => diff(ctx, a, b, options));
}

async function diff(ctx: Context, a: string, b: string, options: DiffOptions): Promise<number> {
  const pairs = diffCalls(await callsOf(ctx, a, options), await callsOf(ctx, b, options));
  const different = pairs.filter((pair) => !pair.a || !pair.b || pair.differences.length > 0);
  for (const pair of different) ctx.stdout.write(options.json ? `${printableJson(record(pair))}\n` : text(pair));
  return different.length > 0 ? 1 : 0;
}

/** The calls of a recording, in the order in which they were asked. */
async function callsOf(ctx: Context, path: string, options: RevealOption): Promise<WholeCall[]> {
  const calls: WholeCall[] = [];
  const { events } = await openRecording(path, noteOn(ctx));
  const onEvent = wholeCalls((whole) => calls.push(whole));
  await tellAll(events, shown(options, onEvent));
  return calls.toSorted((one, other) => one.call.number - other.call.number);
}

const named = ({ call: { number, request } }: WholeCall) =>
  `#${number} ${request?.method ?? '?'} ${request?.target ?? ''}`;

function text({ a, b, differences }: CallPair): string {
  if (!a) return `+ ${escapeControls(named(b!))}\n`;
  if (!b) return `- ${escapeControls(named(a))}\n`;
  return [`  ${named(a)}`, ...differences.map((line) => `    ${line}`)]
    .map((line) => `${escapeControls(line)}\n`)
    .join('');
}

function record({ a, b, differences }: CallPair): object {
  const call = (of: WholeCall | undefined) =>
    of ? { call: of.call.number, method: of.call.request?.method, target: of.call.request?.target } : null;
  return { a: call(a), b: call(b), differences };
}
