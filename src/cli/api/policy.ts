import { Command } from 'commander';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { followCalls } from '../../api/call.ts';
import type { WireEvent } from '../../api/events.ts';
import { parseEventLine } from '../../api/recording/format.ts';
import { derivePolicy, policyText } from '../../api/share/derive.ts';
import type { Context } from '../../context.ts';
import { DbgError, errorMessage } from '../../errors.ts';
import { escapeControls } from '../../text.ts';
import type { Finish } from '../program.ts';

export function policyCommand(ctx: Context, finish: Finish): Command {
  return new Command('policy')
    .summary('the rules that let a recorded session through')
    .description('Print what a recording asked for as a list of rules, for dbg api share --policy.')
    .usage('RECORDING')
    .argument('<recording>', 'a file that dbg api record wrote')
    .addHelpText('after', '\nExamples:\n  dbg api policy deploy.ndjson >deploy.policy')
    .action(async (recording: string) => finish(await policy(ctx, recording)));
}

async function policy(ctx: Context, file: string): Promise<number> {
  const derived = derivePolicy();
  const hear = followCalls(derived.hear);
  const open = new Set<number>();
  let time = 0;
  for await (const event of eventsOf(resolve(ctx.cwd(), file), file)) {
    ({ time } = event);
    if (event.type === 'close') open.delete(event.connection);
    else open.add(event.connection);
    hear(event);
  }
  for (const connection of open) hear({ type: 'close', first: 'engine', error: undefined, connection, time });
  const text = policyText(derived.rules(), derived.unknown(), file);
  ctx.stdout.write(text.split('\n').map(escapeControls).join('\n'));
  return 0;
}

async function* eventsOf(path: string, file: string): AsyncGenerator<WireEvent> {
  let started: number | undefined;
  try {
    for await (const line of linesOf(path)) {
      if (started !== undefined) yield parseEventLine(line, started);
      else started = startOf(line, file);
    }
  } catch (error) {
    // The last line of a recording that was killed is no JSON.
    if (error instanceof SyntaxError) return;
    throw error instanceof DbgError ? error : cannotRead(file, errorMessage(error));
  }
  if (started === undefined) throw cannotRead(file, 'it is empty');
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of createReadStream(path, 'utf8')) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function startOf(line: string, file: string): number {
  const { recording, started } = JSON.parse(line.startsWith('{') ? line : '{}') as Record<string, unknown>;
  if (recording === 'dbg api' && typeof started === 'number') return started;
  throw cannotRead(file, 'it is no recording of dbg api');
}

function cannotRead(file: string, why: string): DbgError {
  return new DbgError(`${file} cannot be read: ${why}`, {
    next: [{ what: 'make one', command: 'dbg api record FILE -- docker ps' }],
  });
}
