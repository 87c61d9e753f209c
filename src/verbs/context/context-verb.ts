import { Argument } from 'commander';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { listContexts } from '../../engine/choice/context-store.ts';
import { configFolder } from '../../engine/choice/docker-config.ts';
import { DbgError } from '../../errors.ts';
import { lookAtEngine } from '../../jobs/look-at-engine.ts';
import { failureText } from '../../ui/failure.ts';
import { json, table } from '../../ui/table.ts';
import { contextRecord, contextText } from './context-text.ts';
import { type Chosen, contextRows } from './context-rows.ts';

interface ContextOptions {
  readonly json?: boolean;
}

export function contextCommand(ctx: Context): Verb {
  return new Verb('context')
    .runsWhere('here')
    .summary('which engine dbg asks, why, and where its containers run')
    .description(
      'Say which engine dbg asks, what decided that, whether it answers, and whether the processes of its containers are on this host. `dbg context ls` lists the contexts that docker knows. Nothing is changed.',
    )
    .addArgument(new Argument('[ls]', 'list the contexts of docker instead').choices(['ls']))
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 the engine answers, 1 it does not.\n\nExamples:\n  dbg context\n  dbg -c prod context\n  dbg context -H ssh://ann@build --json\n  dbg context ls',
    )
    .runs(async (what: string | undefined, options: ContextOptions) =>
      what === undefined ? showEngine(ctx, options) : showContexts(ctx, options),
    );
}

/** The exit code when the engine does not answer. */
const SILENT = 1;

async function showEngine(ctx: Context, options: ContextOptions): Promise<number> {
  const seen = await lookAtEngine(ctx);
  ctx.stdout.write(options.json ? json(contextRecord(seen)) : contextText(seen, configFolder(ctx.env)));
  if (seen.trouble === undefined) return 0;
  // In JSON the error is a key.
  if (!options.json) ctx.stderr.write(failureText(seen.trouble.message, seen.trouble.next));
  return SILENT;
}

async function showContexts(ctx: Context, options: ContextOptions): Promise<number> {
  const listed = listContexts(configFolder(ctx.env));
  const chosen = await chosenOf(ctx);
  const rows = contextRows(listed, chosen);
  if (chosen.source?.by === 'DOCKER_HOST' || chosen.source?.by === '--host') {
    ctx.stderr.write(`dbg: ${chosen.source.by} names an engine, so no context counts\n`);
  }
  const cells = rows.map(({ name, current, description, address, error }) => [
    `${name}${current ? ' *' : ''}`,
    description,
    address ?? '',
    error ?? '',
  ]);
  ctx.stdout.write(options.json ? json(rows) : table(['NAME', 'DESCRIPTION', 'DOCKER ENDPOINT', 'ERROR'], cells));
  return 0;
}

/** Which context is current, also where that one cannot be used: it is in no list then. */
async function chosenOf(ctx: Context): Promise<Chosen> {
  try {
    return await ctx.choice();
  } catch (error) {
    if (!(error instanceof DbgError)) throw error;
    return { error: error.message };
  }
}
