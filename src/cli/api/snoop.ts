import { Command } from 'commander';
import { parseFilter } from '../../api/filter.ts';
import { peerFinder } from '../../api/peer.ts';
import { proxy } from '../../api/wire/proxy.ts';
import type { Context } from '../../context.ts';
import { DbgError, EXIT } from '../../errors.ts';
import type { Finish } from '../program.ts';
import { addSession, session, type SessionOptions } from './session.ts';
import { shown, type RevealOption } from './stage.ts';
import { callView } from './view.ts';

interface SnoopOptions extends SessionOptions, RevealOption {
  readonly filter?: string;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

export function snoopCommand(ctx: Context, finish: Finish): Command {
  return addSession(
    new Command('snoop')
      .summary('a line for each call that goes over the API')
      .description(
        'Show each call between docker and the engine: of a command, or of whoever is led to the socket that dbg listens on. With a command, whose stdout is its own, on stderr.',
      )
      .usage('[OPTIONS] [-- COMMAND [ARG…]]'),
  )
    .option('-v, --verbose', 'headers, bodies and streams too')
    .option('--filter <expression>', "only these calls: 'status>=400 and path~exec'")
    .option('--reveal', 'with the secrets that are left out otherwise')
    .option('--json', 'a JSON object for each call, one a line')
    .addHelpText(
      'after',
      '\nExamples:\n  dbg api snoop -- docker ps\n  dbg api snoop -v -- docker exec web ls\n  dbg api snoop --listen unix:/tmp/docker.sock',
    )
    .action(async (command: string[], options: SnoopOptions) => finish(await snoop(ctx, command, options)));
}

async function snoop(ctx: Context, command: readonly string[], options: SnoopOptions): Promise<number> {
  const filter = options.filter === undefined ? undefined : parseFilter(options.filter);
  const engine = await ctx.engine();
  const screen = command.length > 0 ? ctx.stderr : ctx.stdout;
  const peers = peerFinder(ctx.host);
  const view = callView(await ctx.host.standardOutput(command.length > 0 ? 2 : 1), {
    verbose: options.verbose,
    json: options.json,
    filter,
    colour: screen.isTTY && !ctx.env['NO_COLOR'],
    clock: ctx.clock,
    askName: async (id) => (await engine.inspect(id))?.name,
    peersSettled: peers.settled,
  });
  let failure: Error | undefined;
  let hearAll: (() => void) | undefined;
  const exitCode = await session(ctx, command, options, {
    start: (server, connect) => {
      hearAll = proxy(server, { connect, hear: shown(options, view.hear), clock: ctx.clock, peerOf: peers.of });
    },
    end: async () => {
      hearAll?.();
      failure = await view.end();
    },
  });
  if (failure) throw new DbgError(`the calls cannot be written: ${failure.message}`, { exitCode: EXIT.failed });
  return exitCode;
}
