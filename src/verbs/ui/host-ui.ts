import { constants } from 'node:os';
import { join } from 'node:path';
import { fileOption } from '../../cli/arguments/verb-argument.ts';
import { portOf, portOption, sayWhere } from '../../cli/page-address.ts';
import { asRoot } from '../../cli/root.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { addressText } from '../../engine/address.ts';
import { DbgError, errorMessage, usageError } from '../../errors.ts';
import { peerFinder } from '../../api/wire/client-process.ts';
import { proxy } from '../../api/wire/proxy.ts';
import type { HostPage } from '../../host-page/host-page.ts';
import { personAsked } from '../../host/who-asked.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { isPassable } from '../../jobs/engine-stand-in/engine-sockets.ts';
import { type Between, standBetween } from '../../jobs/engine-stand-in/stand-in.ts';
import { followApiCalls } from '../../jobs/host-page/follow-calls.ts';
import { followHost } from '../../jobs/host-page/follow-host.ts';
import { mapLooker } from '../../jobs/host-page/look-at-map.ts';
import { MAP_PROGRAMS } from '../../network/map/survey-host.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { MOST_RECORDED_BYTES, readRecording } from '../../timeline/recording.ts';
import { requireSvg, writeSnapshot } from './snapshot.ts';

interface HostUiOptions {
  readonly port?: string;
  readonly snapshot?: string;
  readonly replay?: string;
}

export function hostUiCommand(ctx: Context): Verb {
  return new Verb('ui')
    .runsWhere('listens')
    .summary('the whole host as a page in the browser: networks, wires, figures, events')
    .description(
      'Show the whole host in a local web page: containers on their networks, what goes over each wire, cuts and problems, what each container uses, what happens, and what dbg why finds. The page changes nothing: it offers commands to copy. Only this machine reaches it (127.0.0.1), and only with the address that dbg prints.',
    )
    .usage('[OPTIONS]')
    .addOption(portOption())
    .addOption(fileOption('--snapshot <file>', 'write a picture of it (SVG; "-": to stdout), and end'))
    .addOption(fileOption('--replay <file>', 'show a recording of dbg watch --record, with a slider for its time'))
    .addHelpText(
      'after',
      '\nExamples:\n  dbg ui\n  dbg ui --port 8123\n  dbg ui --snapshot host.svg\n  dbg ui --replay night.ndjson',
    )
    .runs(async (options: HostUiOptions) => {
      const port = portOf(options.port);
      const { snapshot, replay } = options;
      if (replay !== undefined) {
        if (snapshot !== undefined) throw usageError('--snapshot is of this moment: leave it or --replay out');
        return recorded(ctx, replay, port);
      }
      if (snapshot !== undefined) {
        if (options.port !== undefined)
          throw usageError('--snapshot writes a file and serves no page: leave --port out');
        requireSvg(snapshot);
      }
      for (const program of MAP_PROGRAMS) requireProgram(ctx.host, program);
      // Root is needed: only its owner and root may see a process' namespaces (/proc/PID/ns).
      return asRoot(ctx, () => (snapshot === undefined ? live(ctx, port) : writeSnapshot(ctx, snapshot)));
    });
}

async function live(ctx: Context, port: number): Promise<number> {
  const look = await mapLooker(ctx);
  // What is wrong with the engine or with the host is told before a page is opened.
  await look();
  const { openHostPage } = await import('../../host-page/host-page.ts');
  const title = addressText((await ctx.engine()).address);
  const page = await openHostPage({ folder: pageFolder(ctx), port, title });
  let unfollow = () => undefined as void;
  void whileShown(page, () => (unfollow = followHost(ctx, page, look)));
  const stop = () => unfollow();
  const { address } = await ctx.engine();
  return isPassable(address) ? betweenClients(ctx, page, stop) : untilSignal(ctx, page, stop);
}

/**
 * Serves the page until a signal comes, and stands between the engine and the clients that use a
 * socket of dbg's, so that their calls are lines of the timeline. Gives the exit code.
 */
async function betweenClients(ctx: Context, page: HostPage, stop: () => void): Promise<number> {
  const engine = await ctx.engine();
  const peerOf = peerFinder(ctx.host).of;
  const askName = async (id: string) => (await engine.inspect(id))?.name;
  // The socket is root's. Whom sudo made root needs it again for the client.
  const told = (use: string) => page.sayCallsBy(personAsked(ctx) ? `sudo ${use}` : use);
  let isServed = false;
  const start: Between['start'] = (server, connect) => {
    isServed = true;
    proxy(server, { connect, onEvent: followApiCalls(askName, page.add), clock: ctx.clock, peerOf });
    sayWhere(ctx, page);
  };
  try {
    const wish = { command: [], listen: undefined, context: undefined, told };
    const { exitCode } = await standBetween(ctx, wish, { start });
    return exitCode;
  } catch (error) {
    // The page is of use without the socket, as where /tmp is full.
    if (isServed || !(error instanceof DbgError)) throw error;
    ctx.stderr.write(`dbg: no API calls on the page: ${escapeControls(error.message)}\n`);
    return await untilSignal(ctx, page, () => undefined);
  } finally {
    stop();
    await page.close();
  }
}

/** Shows a recording: neither an engine nor root is asked for anything. */
async function recorded(ctx: Context, path: string, port: number): Promise<number> {
  const recording = readRecording(path, bytesOf(ctx, path));
  if (recording.end === undefined)
    ctx.stderr.write(`dbg: ${escapeControls(path)} breaks off: what was recorded until then is shown\n`);
  const { replayOf } = await import('../../host-page/replay-host.ts');
  const { openHostPage } = await import('../../host-page/host-page.ts');
  const title = `${path} · ${recording.header.engine}`;
  const page = await openHostPage({ folder: pageFolder(ctx), port, title, replay: replayOf(recording) });
  return untilSignal(ctx, page, () => undefined);
}

function bytesOf(ctx: Context, path: string): Buffer {
  try {
    return ctx.host.readBytes(path, MOST_RECORDED_BYTES, personAsked(ctx));
  } catch (cause) {
    throw new DbgError(`${path} cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'see', command: `ls -l ${shellQuote(path)}` }],
    });
  }
}

/** Follows the host only while a browser shows the page. */
async function whileShown(page: HostPage, follow: () => () => void): Promise<never> {
  for (;;) {
    await page.joined();
    const stop = follow();
    await page.left();
    stop();
  }
}

/** Serves the page until a signal comes. Ctrl-C is how it ends. */
async function untilSignal(ctx: Context, page: HostPage, stop: () => void): Promise<number> {
  try {
    sayWhere(ctx, page);
    const { first, stop: unheard } = ctx.host.signalled();
    const signal = await first;
    unheard();
    return signal === 'SIGINT' ? 0 : 128 + constants.signals[signal];
  } finally {
    stop();
    await page.close();
  }
}

export const pageFolder = ({ assetFolder }: Context) => join(assetFolder, 'host-page');
