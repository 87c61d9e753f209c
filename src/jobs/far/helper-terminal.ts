import type { Duplex } from 'node:stream';
import type { Context } from '../../context.ts';
import type { HelperContainer } from '../../engine/helper/helper-engine.ts';
import { DbgError } from '../../errors.ts';
import LEASH from './helper-leash.pl';

/** Waits until a helper has gone, and removes it if it does not go by itself. */
type Gone = (ctx: Context, container: HelperContainer, removed: Promise<unknown> | undefined) => Promise<void>;

const SIGNALLED: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 };

/**
 * Connects the person's terminal with that of a helper, until the helper has ended. Gives the
 * helper's exit code.
 */
export async function onHelperTerminal(ctx: Context, container: HelperContainer, gone: Gone): Promise<number> {
  const stops: (() => unknown)[] = [];
  // From here on no signal ends dbg before the helper is gone.
  const signals = ctx.host.signalled();
  let removed: Promise<number> | undefined;
  try {
    const connection = await container.attach();
    connection.on('error', () => undefined);
    stops.push(() => connection.destroy());
    const isClosed = new Promise<void>((resolve) => void connection.once('close', resolve).once('end', resolve));
    removed = container.removed();
    removed.catch(() => undefined);
    const out = await ctx.stdout.asFile();
    connection.on('data', (piece: Buffer) => {
      connection.pause();
      void out.write([piece]).then(() => connection.resume());
    });
    await container.start();
    const attended = attend(ctx, container, connection, stops);
    const outcome = await Promise.race([
      removed,
      signals.first,
      attended,
      isClosed.then(() => afterwards(removed!)),
      attended.catch(() => afterwards(removed!)),
    ]);
    if (typeof outcome === 'number') {
      // What it wrote last is on its way.
      await isClosed;
      return outcome;
    }
    if (typeof outcome === 'string') return SIGNALLED[outcome] ?? SIGNALLED.SIGTERM!;
    throw await attended.then(broken, (error: unknown) => error);
  } finally {
    for (const stop of stops) stop();
    await gone(ctx, container, removed);
    signals.stop();
  }
}

/** How long the end of a helper may be told later than the end of its connection, in ms. */
const LATER_MS = 5000;

/** The exit code, if it comes soon; undefined: it does not. */
function afterwards(removed: Promise<number>): Promise<number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), LATER_MS);
    const done = (code?: number) => {
      clearTimeout(timer);
      resolve(code);
    };
    removed.then(done, () => done());
  });
}

/** How often the helper hears that dbg lives, and how long it may be silent then, in ms. */
const [ALIVE_MS, SILENCE_MS] = [5000, 30_000];

/**
 * Gives the helper its leash, and then the keys. Never resolves while all is well; resolves when
 * the helper has not been heard for a while.
 */
async function attend(
  ctx: Context,
  container: HelperContainer,
  connection: Duplex,
  stops: (() => unknown)[],
): Promise<undefined> {
  // dbg in there starts when the leash is there.
  const leash = await container.exec(['perl', '-e', LEASH, String(await container.pid())]);
  stops.push(() => leash.destroy());
  const terminal = ctx.takeRaw({
    onBytes: (bytes) => void connection.write(bytes),
    onResize: () => void container.resize(terminal.size()).catch(() => undefined),
  });
  stops.push(() => terminal.close());
  const alive = setInterval(() => leash.write('\n'), ALIVE_MS);
  stops.push(() => clearInterval(alive));
  await container.resize(terminal.size());
  return new Promise((resolve) => {
    const silence = setTimeout(resolve, SILENCE_MS, undefined);
    stops.push(() => clearTimeout(silence));
    leash.on('data', () => silence.refresh());
    leash.on('error', () => undefined);
  });
}

const broken = () =>
  new DbgError('the connection to the engine broke; what ran in the helper ends by itself', {
    next: [{ what: 'whether the engine answers', command: 'dbg context' }],
  });
