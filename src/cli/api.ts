import { Command } from 'commander';
import type { Context } from '../context.ts';
import { curlCommand } from './api/curl.ts';
import { hijackCommand } from './api/hijack.ts';
import { recordCommand } from './api/record.ts';
import { replayCommand } from './api/replay.ts';
import { showCommand } from './api/show.ts';
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
  const verbs = [snoopCommand, recordCommand, showCommand, curlCommand, replayCommand, hijackCommand, uiCommand];
  for (const verb of verbs) api.addCommand(verb(ctx, finish));
  return api;
}
