import { fileArgument } from '../../cli/arguments/verb-argument.ts';
import { curlLine } from '../../api/recordings/curl-line.ts';
import { tellAll, openRecording } from '../../api/recordings/read-recording.ts';
import { wholeCalls, type WholeCall } from '../../api/recordings/whole-call.ts';
import type { Context } from '../../context.ts';
import { DbgError, EXIT } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { Verb } from '../../cli/verb.ts';
import { noteOn } from './show.ts';

export function curlCommand(ctx: Context): Verb {
  return new Verb('curl')
    .runsWhere('here')
    .summary('a call of a recording as a curl line')
    .description('Print a call of a recording as a line that asks the engine the same with curl.')
    .usage('FILE N')
    .addArgument(fileArgument('<file>', 'what dbg api record has written; - is stdin'))
    .argument('[n]', 'the number of the call, which dbg api show prints after #')
    .addHelpText('after', '\nExamples:\n  dbg api curl pull.ndjson 3\n  dbg api curl pull.ndjson 3 | sh')
    .runs(async (path: string, number: string | undefined) => {
      await curl(ctx, path, number);
      return 0;
    });
}

async function curl(ctx: Context, path: string, text: string | undefined): Promise<void> {
  const number = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  const note = noteOn(ctx);
  const { header, events } = await openRecording(path, note);
  let [first, last] = [Infinity, 0];
  let found: WholeCall | undefined;
  const onEvent = wholeCalls(
    (whole) => (found = whole),
    (call) => call.number === number,
  );
  await tellAll(events, (event) => {
    if ('call' in event) [first, last] = [Math.min(first, event.call), Math.max(last, event.call)];
    onEvent(event);
  });
  if (!found) throw noSuchCall(path, text, number, first, last);
  const { line, notes } = curlLine(found, header);
  ctx.stdout.write(`${line}\n`);
  notes.forEach(note);
}

function noSuchCall(path: string, text = '', number: number | undefined, first: number, last: number): DbgError {
  const there = last === 0 ? 'it has none' : first === last ? `its one call is ${first}` : `it has ${first} to ${last}`;
  const wanted =
    text === ''
      ? `which call of ${path}`
      : number === undefined
        ? `"${text}" is no number of a call of ${path}`
        : `${path} has no call ${number}`;
  return new DbgError(`${wanted}: ${there}`, {
    exitCode: number === undefined ? EXIT.usage : EXIT.failed,
    next: [{ what: 'see them', command: `dbg api show ${shellQuote(path)}` }],
  });
}
