import { fileArgument } from '../../cli/arguments/verb-argument.ts';
import { followCalls } from '../../api/wire/calls/call.ts';
import { tellAll, openRecording } from '../../api/recordings/read-recording.ts';
import { derivePolicy, policyText } from '../../api/gate/share/derive-policy.ts';
import type { Context } from '../../context.ts';
import { Verb } from '../../cli/verb.ts';
import { noteOn } from './show.ts';

export function policyCommand(ctx: Context): Verb {
  return new Verb('policy')
    .runsWhere('here')
    .summary('the rules that let a recorded session through')
    .description('Print what a recording asked for as a list of rules, for dbg api share --policy.')
    .usage('FILE')
    .addArgument(fileArgument('<file>', 'what dbg api record has written'))
    .addHelpText('after', '\nExamples:\n  dbg api policy deploy.ndjson >deploy.policy')
    .runs(async (recording: string) => policy(ctx, recording));
}

async function policy(ctx: Context, file: string): Promise<number> {
  const derived = derivePolicy();
  const { events } = await openRecording(file, noteOn(ctx));
  await tellAll(events, followCalls(derived.onEvent));
  ctx.stdout.write(policyText(derived.rules(), derived.unknown(), file));
  return 0;
}
