import { Command } from 'commander';
import { followCalls } from '../../api/call.ts';
import { hearAll, openRecording } from '../../api/recording/read.ts';
import { derivePolicy, policyText } from '../../api/share/derive.ts';
import type { Context } from '../../context.ts';
import type { Finish } from '../program.ts';
import { noteOn } from './show.ts';

export function policyCommand(ctx: Context, finish: Finish): Command {
  return new Command('policy')
    .summary('the rules that let a recorded session through')
    .description('Print what a recording asked for as a list of rules, for dbg api share --policy.')
    .usage('FILE')
    .argument('<file>', 'what dbg api record has written')
    .addHelpText('after', '\nExamples:\n  dbg api policy deploy.ndjson >deploy.policy')
    .action(async (recording: string) => finish(await policy(ctx, recording)));
}

async function policy(ctx: Context, file: string): Promise<number> {
  const derived = derivePolicy();
  const { events } = await openRecording(file, noteOn(ctx));
  await hearAll(events, followCalls(derived.hear));
  ctx.stdout.write(policyText(derived.rules(), derived.unknown(), file));
  return 0;
}
