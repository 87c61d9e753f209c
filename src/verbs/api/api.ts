import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { curlCommand } from './curl.ts';
import { diffCommand } from './diff.ts';
import { hijackCommand } from './hijack.ts';
import { policyCommand } from './policy.ts';
import { recordCommand } from './record/record.ts';
import { replayCommand } from './replay.ts';
import { shareCommand } from './share/share.ts';
import { showCommand } from './show.ts';
import { snoopCommand } from './snoop.ts';
import { uiCommand } from './ui.ts';

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

export function apiCommand(ctx: Context): Command {
  const api = new Command('api')
    .summary("see, record, replay and answer what goes over the engine's API")
    .description(
      'Stand between the engine and its clients (docker, Compose and others): see their calls, keep them, and change them.',
    )
    .usage('VERB [OPTIONS] …')
    .enablePositionalOptions();
  for (const verb of VERBS) api.addCommand(verb(ctx));
  return api;
}
