import { Command } from 'commander';
import type { Context } from '../context.ts';
import { curlCommand } from './api/curl.ts';
import { diffCommand } from './api/diff.ts';
import { hijackCommand } from './api/hijack.ts';
import { policyCommand } from './api/policy.ts';
import { recordCommand } from './api/record.ts';
import { replayCommand } from './api/replay.ts';
import { shareCommand } from './api/share.ts';
import { showCommand } from './api/show.ts';
import { snoopCommand } from './api/snoop.ts';
import { uiCommand } from './api/ui.ts';
import type { Finish } from './program.ts';

const VERBS = [
  snoopCommand,
  uiCommand,
  recordCommand,
  showCommand,
  curlCommand,
  diffCommand,
  replayCommand,
  hijackCommand,
  shareCommand,
  policyCommand,
];

export function apiCommand(ctx: Context, finish: Finish): Command {
  const api = new Command('api')
    .summary("see, record, replay and answer what goes over the engine's API")
    .description(
      'Stand between docker, or what else drives the engine, and the engine: see what they say, and change it.',
    )
    .usage('VERB [OPTIONS] …')
    .enablePositionalOptions();
  for (const verb of VERBS) api.addCommand(verb(ctx, finish));
  return api;
}
