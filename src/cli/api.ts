import { Command } from 'commander';
import type { Context } from '../context.ts';
import { policyCommand } from './api/policy.ts';
import { shareCommand } from './api/share.ts';
import { snoopCommand } from './api/snoop.ts';
import { uiCommand } from './api/ui.ts';
import type { Finish } from './program.ts';

export function apiCommand(ctx: Context, finish: Finish): Command {
  const api = new Command('api')
    .summary("see, record, replay and answer what goes over the engine's API")
    .description(
      'Stand between docker, or what else drives the engine, and the engine: see what they say, and change it.',
    )
    .usage('VERB [OPTIONS] …')
    .enablePositionalOptions();
  for (const verb of [snoopCommand, shareCommand, policyCommand, uiCommand]) api.addCommand(verb(ctx, finish));
  return api;
}
