import { type Duplex, PassThrough } from 'node:stream';
import type { Context } from '../../context.ts';
import { addressText } from '../../engine/address.ts';
import type { HelperContainer, HelperEngine } from '../../engine/helper/helper-engine.ts';
import { HELPER_LABEL } from '../../engine/helper/helper-label.ts';
import { frameReader } from '../../engine/ways/frames.ts';
import { DbgError } from '../../errors.ts';
import type { Beginning } from '../../far/far-frames.ts';
import { FAR_WORD } from '../../far/far-word.ts';
import {
  HELPER_FOLDER,
  helperLine,
  helperSettings,
  type HelperWish,
  KEY_LABEL,
  socketThere,
} from '../../far/helper-settings.ts';
import { lendTo } from '../../far/near-side.ts';
import type { Relayed } from '../../host/host.ts';
import { THERE_VARIABLE } from '../../host/there.ts';
import { escapeControls, shellLine } from '../../text.ts';
import type { Errand } from './errand.ts';
import { ownFiles, ownKey } from './own-files.ts';
import { printedThere } from './printed-there.ts';
import LEASH from './helper-leash.pl';

/** A helper is started within seconds; one that was made so many ms ago, and does not run, never will be. */
const OLD_MS = 60_000;

/** Runs a verb in a container of dbg's own on the engine's host. Gives its exit code. */
export async function overHelper(ctx: Context, errand: Errand): Promise<number> {
  const engine = await ctx.helperEngine();
  const image = ctx.env['DBG_IMAGE'] ?? 'dbg';
  const key = ownKey(ctx);
  const itsKey = await engine.imageLabel(image, KEY_LABEL);
  if (itsKey === undefined) throw noImage(engine, image);
  await engine.sweep(HELPER_LABEL, ctx.now() - OLD_MS);
  const { usesTerminal, beginning } = errand;
  const wish: HelperWish = {
    image,
    socket: socketThere(engine.address),
    rootFolder: await engine.rootFolder(),
    words: usesTerminal ? beginning.args : [FAR_WORD],
    variables: { ...beginning.env, [THERE_VARIABLE]: '1' },
    hasTerminal: usesTerminal,
  };
  const made = async (its: HelperWish) => {
    const container = await engine.make(helperSettings(its, key));
    // The image may be of another build.
    if (itsKey !== key) await orRemove(container, async () => container.put(await ownFiles(ctx), HELPER_FOLDER));
    return container;
  };
  const frames = async (to: Context) =>
    withFrames(to, await made({ ...wish, words: [FAR_WORD], hasTerminal: false }), errand);
  if (errand.isDryRun) return printedThere(ctx, frames, (line) => helperLine(wish, line));
  return usesTerminal ? onTerminal(ctx, await made(wish)) : frames(ctx);
}

async function orRemove<T>(container: HelperContainer, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    await container.remove().catch(() => undefined);
    throw error;
  }
}

async function withFrames(ctx: Context, container: HelperContainer, { beginning, isNamed }: Errand): Promise<number> {
  try {
    const connection = await container.attach();
    const program = relayedOver(connection);
    await container.start();
    return await lendTo(ctx, program, { beginning: inHelper(beginning), isNamed, broken: () => broken(program) });
  } finally {
    await container.remove();
  }
}

/** The engine's name in there is a variable of the container. */
const inHelper = (beginning: Beginning): Beginning => ({ ...beginning, engine: { [THERE_VARIABLE]: '1' } });

/** The two sides of a container without a terminal, as those of a program. */
function relayedOver(connection: Duplex): Relayed {
  const stdout = new PassThrough();
  let said = '';
  const read = frameReader(
    (stream, data) => {
      if (stream === 1) stdout.write(data);
      else said = (said + data.toString()).slice(-MOST_SAID);
    },
    (data) => void (said = (said + data.toString()).slice(-MOST_SAID)),
  );
  connection.on('data', (piece: Buffer) => {
    read(piece);
    if (!stdout.writableNeedDrain) return;
    connection.pause();
    stdout.once('drain', () => connection.resume());
  });
  const ended = new Promise<void>((resolve) => {
    connection.on('close', () => {
      stdout.end();
      resolve();
    });
  });
  connection.on('end', () => connection.destroy());
  connection.on('error', () => undefined);
  return {
    stdin: connection,
    stdout,
    said: () => said,
    ended,
    keepAwake: () => undefined,
    kill: () => void connection.destroy(),
  };
}

const MOST_SAID = 4096;

/** How often the helper hears that dbg lives, in ms: helper-leash.pl waits for 30 s. */
const ALIVE_MS = 5000;

async function onTerminal(ctx: Context, container: HelperContainer): Promise<number> {
  const stops: (() => unknown)[] = [];
  try {
    const connection = await container.attach();
    connection.on('error', () => undefined);
    const ended = container.ended();
    ended.catch(() => undefined);
    const out = await ctx.stdout.asFile();
    connection.on('data', (piece: Buffer) => {
      connection.pause();
      void out.write([piece]).then(() => connection.resume());
    });
    const pid = await container.start();
    const terminal = ctx.takeRaw({
      onBytes: (bytes) => void connection.write(bytes),
      onResize: () => void container.resize(terminal.size()).catch(() => undefined),
    });
    stops.push(() => terminal.close());
    await container.resize(terminal.size()).catch(() => undefined);
    // The engine does not end a terminal when the connection to it breaks: this does.
    const leash = await container.exec(['perl', '-e', LEASH, String(pid)]);
    leash.on('error', () => undefined).resume();
    const alive = setInterval(() => leash.write('\n'), ALIVE_MS);
    stops.push(
      () => clearInterval(alive),
      () => leash.destroy(),
    );
    const signals = ctx.host.signalled();
    stops.push(() => signals.stop());
    const outcome = await Promise.race([ended, signals.first.then((signal) => signal)]);
    if (typeof outcome !== 'number') return SIGNALLED[outcome] ?? 143;
    // What it wrote last is on its way.
    if (!connection.readableEnded)
      await new Promise((resolve) => connection.once('close', resolve).once('end', resolve));
    return outcome;
  } finally {
    for (const stop of stops) stop();
    await container.remove();
  }
}

const SIGNALLED: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 };

function noImage(engine: HelperEngine, image: string): DbgError {
  const where = addressText(engine.address);
  return new DbgError(`the engine at ${where} has no image "${image}", in which dbg's helper runs`, {
    next: [
      { what: 'make it, in a checkout of dbg', command: 'npm run image -- -o dbg-image.tar' },
      { what: 'and load it there', command: shellLine(['docker', '-H', where, 'load', '-i', 'dbg-image.tar']) },
    ],
  });
}

function broken(program: Relayed): DbgError {
  const last = escapeControls(program.said().trim().split('\n').at(-1)!.trim());
  return new DbgError(`dbg's helper ended before the verb did${last && `: ${last}`}`, {
    next: [{ what: 'whether it is still there', command: `docker ps -a --filter label=${HELPER_LABEL}` }],
  });
}
