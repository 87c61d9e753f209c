import { Command } from 'commander';
import { followCalls } from '../../api/call.ts';
import { peerFinder } from '../../api/peer.ts';
import { proxy } from '../../api/wire/proxy.ts';
import type { Context } from '../../context.ts';
import type { Finish } from '../program.ts';
import { callLine } from './call-text.ts';
import { session, type SessionOptions } from './session.ts';

export function snoopCommand(ctx: Context, finish: Finish): Command {
  return new Command('snoop')
    .summary('a line for each call that goes over the API')
    .description(
      'Show each call between docker and the engine: of a command, or of whoever is led to the socket that dbg listens on.',
    )
    .usage('[OPTIONS] [-- COMMAND [ARG…]]')
    .argument('[command...]', 'run with DOCKER_HOST set, its exit code is kept; left out, dbg listens until Ctrl-C')
    .option('--listen <where>', 'unix:PATH or tcp:127.0.0.1:PORT; otherwise a socket of its own')
    .option('--context <name>', 'make a docker context of this name that leads here, and remove it at the end')
    .passThroughOptions()
    .addHelpText('after', '\nExamples:\n  dbg api snoop -- docker ps\n  dbg api snoop --listen unix:/tmp/docker.sock')
    .action(async (command: string[], options: SessionOptions) => finish(await snoop(ctx, command, options)));
}

async function snoop(ctx: Context, command: readonly string[], options: SessionOptions): Promise<number> {
  const hear = followCalls((call) => {
    if (call.endedAt !== undefined) ctx.stderr.write(callLine(call, call.operation.subject?.ref ?? ''));
  });
  return session(ctx, command, options, {
    start: (server, connect) => proxy(server, { connect, hear, clock: ctx.clock, peerOf: peerFinder(ctx.host) }),
  });
}
