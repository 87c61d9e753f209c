import { parseFilters } from '../../api/wire/calls/call-filter.ts';
import { peerFinder } from '../../api/wire/client-process.ts';
import { proxy } from '../../api/wire/proxy.ts';
import type { Context } from '../../context.ts';
import { DbgError, EXIT } from '../../errors.ts';
import { Verb } from '../../cli/verb.ts';
import { repeatable } from '../../cli/arguments/repeatable.ts';
import type { Job, Outcome } from '../../api/beside/reader-job.ts';
import type { Reader } from '../../api/beside/reader.ts';
import { addStandIn, serveBetween, type StandInOptions } from './serve-calls.ts';
import { sayLost } from './reader-lost.ts';
import type { RevealOption } from './reveal-option.ts';

interface SnoopOptions extends StandInOptions, RevealOption {
  readonly filter?: readonly string[];
  readonly verbose?: boolean;
  readonly json?: boolean;
}

export function snoopCommand(ctx: Context): Verb {
  return addStandIn(
    new Verb('snoop')
      .runsWhere('here')
      .summary('a line for each call that goes over the API')
      .description(
        "Show each call between docker and the engine: those of COMMAND, or, without it, of every client of the socket that dbg listens on. With COMMAND the calls are on stderr, as stdout is the command's.",
      )
      .usage('[OPTIONS] [-- COMMAND [ARG…]]'),
  )
    .option('-v, --verbose', 'headers, bodies and streams too')
    .option('--filter <expression>', "only these calls: 'status>=400 and path~exec'; repeatable", repeatable)
    .option('--reveal', 'with the secrets, which are left out by default')
    .option('--json', 'a JSON object for each call, one a line')
    .addHelpText(
      'after',
      '\nExamples:\n  dbg api snoop -- docker ps\n  dbg api snoop -v -- docker exec web ls\n  dbg api snoop --listen unix:/tmp/docker.sock',
    )
    .runs(async (command: string[], options: SnoopOptions) => snoop(ctx, command, options));
}

async function snoop(ctx: Context, command: readonly string[], options: SnoopOptions): Promise<number> {
  if (options.filter) parseFilters(options.filter);
  const engine = await ctx.engine();
  const screen = command.length > 0 ? ctx.stderr : ctx.stdout;
  const peers = peerFinder(ctx.host);
  const job: Job = {
    kind: 'view',
    descriptor: command.length > 0 ? 2 : 1,
    verbose: options.verbose === true,
    json: options.json === true,
    filter: options.filter,
    colour: screen.isTTY && !ctx.env['NO_COLOR'],
    reveal: options.reveal === true,
  };
  // Imported here, because only a verb that listens needs a thread.
  const { requireDirectory, startReader } = await import('../../api/beside/reader.ts');
  requireDirectory();
  let reader: Reader | undefined;
  let outcome: Outcome | undefined;
  const exitCode = await serveBetween(ctx, command, options, {
    prepare: async () => {
      reader = startReader(ctx.assetFolder, job, {
        lost: sayLost(ctx),
        askName: async (id) => (await engine.inspect(id))?.name,
      });
      await reader.ready;
    },
    start: (server, connect) =>
      proxy(server, { connect, onEvent: reader!.onEvent, clock: ctx.clock, peerOf: peers.of }),
    end: async () => {
      await peers.settled();
      outcome = await reader?.end();
    },
  });
  const { failure, isBroken } = outcome!;
  if (failure) throw new DbgError(`the calls cannot be written: ${failure.message}`, { exitCode: EXIT.failed });
  return isBroken ? EXIT.failed : exitCode;
}
