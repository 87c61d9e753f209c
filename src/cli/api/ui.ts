import { join } from 'node:path';
import { Command } from 'commander';
import { names } from '../../api/names.ts';
import type { Page } from '../../api/page/server.ts';
import { peerFinder } from '../../api/peer.ts';
import { proxy } from '../../api/wire/proxy.ts';
import { reading } from '../../api/wire/reading.ts';
import type { Context } from '../../context.ts';
import { addressText } from '../../engine/address.ts';
import { DbgError, EXIT } from '../../errors.ts';
import type { Finish } from '../program.ts';
import { addSession, session, type SessionOptions } from './session.ts';
import { shown, type RevealOption } from './stage.ts';

interface UiOptions extends SessionOptions, RevealOption {
  readonly port?: string;
}

export function uiCommand(ctx: Context, finish: Finish): Command {
  return addSession(
    new Command('ui')
      .summary('the calls, live, as a page in the browser')
      .description(
        'Show the calls between docker and the engine in a local web page: what they carry, their streams, their time. The page is for this machine alone (127.0.0.1), and for who has the address that dbg prints.',
      )
      .usage('[OPTIONS] [-- COMMAND [ARG…]]'),
  )
    .option('--port <number>', "the page's port on 127.0.0.1; otherwise one that is free")
    .option('--reveal', 'with the secrets that are left out otherwise')
    .addHelpText(
      'after',
      '\nExamples:\n  dbg api ui\n  dbg api ui -- docker compose up\n  dbg api ui --context watched --port 8123',
    )
    .action(async (command: string[], options: UiOptions) => finish(await ui(ctx, command, options)));
}

async function ui(ctx: Context, command: readonly string[], options: UiOptions): Promise<number> {
  const port = portOf(options.port);
  const engine = await ctx.engine();
  // Only this verb needs node:http.
  const { servePage } = await import('../../api/page/server.ts');
  const page = await servePage({
    folder: join(ctx.assetFolder, 'page'),
    port,
    clock: ctx.clock,
    names: names(async (id) => (await engine.inspect(id))?.name),
    engine: addressText(engine.address),
  });
  const peerOf = peerFinder(ctx.host).of;
  try {
    return await session(ctx, command, options, {
      start: (server, connect) => {
        proxy(server, { connect, hear: reading(shown(options, page.hear)), clock: ctx.clock, peerOf });
        ctx.stderr.write(`open in a browser of this machine:  ${page.url}\n`);
      },
      end: async () => void (command.length > 0 && (await untilSeen(ctx, page))),
    });
  } finally {
    await page.close();
  }
}

/** A command's end is not that of who looks at it: on a terminal the page stays until Ctrl-C, elsewhere as long as a browser shows it. */
async function untilSeen(ctx: Context, page: Page): Promise<void> {
  if (!ctx.stderr.isTTY && page.viewers() === 0) return;
  ctx.stderr.write(`the command has ended; the page stays until ${ctx.stderr.isTTY ? 'Ctrl-C' : 'it is closed'}\n`);
  const { first, stop } = ctx.host.signalled();
  await (ctx.stderr.isTTY ? first : Promise.race([first, page.left()]));
  stop();
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port > 0 && port <= 65_535) return port;
  throw new DbgError(`"${text}" is no port: 1 to 65535`, { exitCode: EXIT.usage });
}
