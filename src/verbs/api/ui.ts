import { constants } from 'node:os';
import { join } from 'node:path';
import { names } from '../../api/wire/calls/container-names.ts';
import type { Page, PageOptions } from '../../api/page/server.ts';
import { peerFinder } from '../../api/wire/client-process.ts';
import { tellAll, openRecording } from '../../api/recordings/read-recording.ts';
import { proxy } from '../../api/wire/proxy.ts';
import { reading } from '../../api/wire/reading.ts';
import type { Context } from '../../context.ts';
import { addressText, isTls } from '../../engine/address.ts';
import { usageError } from '../../errors.ts';
import { shellLine } from '../../text.ts';
import { portOf, portOption, sayWhere } from '../../cli/page-address.ts';
import { withoutDashes } from '../../cli/enter.ts';
import { Verb } from '../../cli/verb.ts';
import { addStandIn, serveBetween, type StandInOptions } from './serve-calls.ts';
import { noteOn } from './show.ts';
import { shown, type RevealOption } from './reveal-option.ts';

interface UiOptions extends StandInOptions, RevealOption {
  readonly port?: string;
}

export function uiCommand(ctx: Context): Verb {
  return addStandIn(
    new Verb('ui')
      .runsWhere('here')
      .summary('the calls, live or of a recording, as a page in the browser')
      .description(
        'Show the calls between docker and the engine in a local web page: what they carry, their streams, their time; with FILE, those of a recording. Only this machine reaches the page (127.0.0.1), and only with the address that dbg prints.',
      )
      .usage('[OPTIONS] [FILE | -- COMMAND [ARG…]]'),
  )
    .addOption(portOption())
    .option('--reveal', 'with the secrets, which are left out by default')
    .addHelpText(
      'after',
      '\nExamples:\n  dbg api ui\n  dbg api ui -- docker compose up\n  dbg api ui --context watched --port 8123\n  dbg api ui pull.ndjson',
    )
    .runs(async (words: string[], options: UiOptions) => {
      const file = fileOf(words, ctx.args);
      return file === undefined ? live(ctx, withoutDashes(words), options) : recorded(ctx, file, options);
    });
}

/** The recording that is named: one word alone, without a -- before it. Else it is a command. */
function fileOf(words: readonly string[], args: readonly string[]): string | undefined {
  const [word] = words;
  return words.length === 1 && word !== '--' && args.at(-2) !== '--' ? word : undefined;
}

async function live(ctx: Context, command: readonly string[], options: UiOptions): Promise<number> {
  const port = portOf(options.port);
  const engine = await ctx.engine();
  const { address } = engine;
  const text = addressText(address);
  const page = await openPage(ctx, {
    port,
    names: names(async (id) => (await engine.inspect(id))?.name),
    title: text,
    source: { engine: text, tls: isTls(address) },
  });
  const peerOf = peerFinder(ctx.host).of;
  try {
    return await serveBetween(ctx, command, options, {
      start: (server, connect) => {
        proxy(server, { connect, onEvent: reading(shown(options, page.onEvent)), clock: ctx.clock, peerOf });
        sayWhere(ctx, page);
      },
      end: async () => void (command.length > 0 && (await untilSeen(ctx, page))),
    });
  } finally {
    await page.close();
  }
}

/** How much of a recording is kept for the page: more than of live calls, as no traffic waits. */
const MOST_RECORDED = { calls: 10_000, bytes: 256e6 };

async function recorded(ctx: Context, path: string, options: UiOptions): Promise<number> {
  if (options.listen !== undefined || options.context !== undefined) throw nothingListens(path);
  const port = portOf(options.port);
  const { header, events } = await openRecording(path, noteOn(ctx));
  const page = await openPage(ctx, {
    port,
    names: names(),
    title: `${path} · ${header.engine}`,
    source: { engine: header.engine, ...(header.tls && { tls: true }) },
    isRecording: true,
    most: MOST_RECORDED,
  });
  try {
    sayWhere(ctx, page);
    const { first, stop } = ctx.host.signalled();
    // A recording that comes through a pipe may be live: its calls are shown as they come.
    const all = tellAll(events, shown(options, page.onEvent));
    const signal = await Promise.race([first, all.then(() => first)]);
    stop();
    return signal === 'SIGINT' ? 0 : 128 + constants.signals[signal];
  } finally {
    await page.close();
  }
}

const nothingListens = (path: string) =>
  usageError(`${path} is taken for a recording, and --listen and --context are only for live calls`, [
    { what: 'if it is a command', command: shellLine(['dbg', 'api', 'ui', '--', path]) },
  ]);

async function openPage(ctx: Context, options: Omit<PageOptions, 'folder' | 'clock'>): Promise<Page> {
  // Imported here, because only this verb needs node:http.
  const { servePage } = await import('../../api/page/server.ts');
  return servePage({ folder: join(ctx.assetFolder, 'page'), clock: ctx.clock, ...options });
}

/**
 * Waits, after the command has ended, for the person who looks at the page. On a terminal the page
 * stays until Ctrl-C, elsewhere as long as a browser shows it.
 */
async function untilSeen(ctx: Context, page: Page): Promise<void> {
  if (!ctx.stderr.isTTY && page.viewers() === 0) return;
  ctx.stderr.write(`the command has ended; the page stays until ${ctx.stderr.isTTY ? 'Ctrl-C' : 'it is closed'}\n`);
  const { first, stop } = ctx.host.signalled();
  await (ctx.stderr.isTTY ? first : Promise.race([first, page.left()]));
  stop();
}
