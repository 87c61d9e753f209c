import { randomBytes } from 'node:crypto';
import type { Context } from '../../context.ts';
import { addressText } from '../../engine/address.ts';
import type { HelperContainer, HelperEngine } from '../../engine/helper/helper-engine.ts';
import { HELPER_LABEL, helperName } from '../../engine/helper/helper-label.ts';
import { DbgError } from '../../errors.ts';
import { tarOf } from '../../evidence/bundle/write-tar.ts';
import { FAR_WORD } from '../../far/far-word.ts';
import {
  BEGINNING_FILE,
  HELPER_FOLDER,
  helperLine,
  helperSettings,
  type HelperWish,
  KEY_LABEL,
  socketThere,
} from '../../far/helper-settings.ts';
import { lendTo } from '../../far/near-side.ts';
import { relayedOver } from '../../far/relayed-over.ts';
import type { Relayed } from '../../host/host.ts';
import { THERE_VARIABLE } from '../../host/there.ts';
import { escapeControls, shellLine } from '../../text.ts';
import type { Errand } from './errand.ts';
import { onHelperTerminal } from './helper-terminal.ts';
import { ownFiles, ownKey } from './own-files.ts';
import { printedThere } from './printed-there.ts';

/** A helper that was made so many ms ago, and never ran, never will. */
const OLD_MS = 60_000;

/** Runs a verb in a container of dbg's own on the engine's host. Gives its exit code. */
export async function overHelper(ctx: Context, errand: Errand): Promise<number> {
  const engine = await ctx.helperEngine();
  const image = ctx.env['DBG_IMAGE'] || 'dbg';
  const key = ownKey(ctx);
  const itsKey = await engine.imageLabel(image, KEY_LABEL);
  if (itsKey === undefined) throw noImage(engine, image);
  if (itsKey === '') throw notOurs(image);
  const { rootFolder, time, isRootless } = await engine.host();
  if (isRootless) throw rootless(engine);
  if (time !== undefined && !errand.isDryRun) await engine.sweep(time - OLD_MS);
  const { beginning, usesTerminal } = errand;
  const wish: HelperWish = { image, socket: socketThere(engine.address), rootFolder, hasTerminal: usesTerminal };
  const made = async (its: HelperWish, words: readonly string[]) => {
    const name = helperName(randomBytes(6).toString('hex'));
    const container = await engine.make(name, helperSettings(its, words, key));
    try {
      // The image may be of another build.
      if (itsKey !== key) await container.put(await ownFiles(ctx), HELPER_FOLDER);
      // Every user of the engine sees the settings, so they hold nothing of the person's.
      if (its.hasTerminal) await container.put(tarOf([beginningFile(errand)], 0), HELPER_FOLDER);
    } catch (error) {
      await container.remove().catch(() => undefined);
      throw error;
    }
    return container;
  };
  const withFrames = async (to: Context) => {
    const container = await made({ ...wish, hasTerminal: false }, [FAR_WORD]);
    return inFrames(to, container, errand);
  };
  if (errand.isDryRun) {
    const variables = Object.keys(beginning.env);
    return printedThere(ctx, withFrames, (line) => helperLine(wish, { client: errand.client, variables, line }));
  }
  return usesTerminal ? onHelperTerminal(ctx, await made(wish, beginning.args), gone) : withFrames(ctx);
}

const beginningFile = ({ beginning: { env, files, cwd } }: Errand) => ({
  name: BEGINNING_FILE,
  bytes: Buffer.from(JSON.stringify({ env, files, cwd })),
});

async function inFrames(ctx: Context, container: HelperContainer, { beginning, isNamed }: Errand): Promise<number> {
  let removed: Promise<unknown> | undefined;
  try {
    const connection = await container.attach();
    removed = container.removed().catch(() => undefined);
    const program = relayedOver(connection);
    await container.start();
    // Which engine is meant is said by a variable of the container.
    const begun = { ...beginning, engine: { [THERE_VARIABLE]: '1' } };
    return await lendTo(ctx, program, { beginning: begun, isNamed, broken: () => broken(program) });
  } finally {
    await gone(ctx, container, removed);
  }
}

/** How long a helper may take to end by itself, in ms: helper.sh waits 10 s for guards. */
const END_MS = 20_000;

/**
 * Waits until the helper has gone, by itself if it can: its guards undo cuts first. Then it is
 * removed. What goes wrong is said, and changes nothing of what the verb has done.
 */
async function gone(ctx: Context, container: HelperContainer, removed: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, END_MS)));
  await Promise.race([removed, late]);
  clearTimeout(timer);
  try {
    await container.remove();
  } catch (error) {
    if (!(error instanceof DbgError)) throw error;
    ctx.stderr.write(`dbg: ${escapeControls(error.message)}\n`);
  }
}

function noImage({ address }: HelperEngine, image: string): DbgError {
  const where = addressText(address);
  const step = (what: string, ...words: readonly string[]) => ({ what, command: shellLine(words) });
  return new DbgError(`the engine at ${where} has no image "${image}", in which dbg's helper runs`, {
    next:
      image === 'dbg'
        ? [
            { what: 'make it, in a checkout of dbg', command: 'npm run image -- -o dbg-image.tar' },
            step('and load it there', 'docker', '-H', where, 'load', '-i', 'dbg-image.tar'),
          ]
        : [step('get it there', 'docker', '-H', where, 'pull', image)],
  });
}

const notOurs = (image: string) =>
  new DbgError(`the image "${image}" is not dbg's: it has no label ${KEY_LABEL}`, {
    next: [{ what: 'make one, in a checkout of dbg', command: 'npm run image' }],
  });

const rootless = ({ address }: HelperEngine) =>
  new DbgError(
    `the engine at ${addressText(address)} is rootless: root in its containers is not root of the host, so a helper could not enter others`,
    { next: [{ what: 'as root of that host', command: `sudo dbg -H ${addressText(address)} …` }] },
  );

function broken(program: Relayed): DbgError {
  const last = escapeControls(program.said().trim().split('\n').at(-1)!.trim());
  return new DbgError(`dbg's helper ended before the verb did${last && `: ${last}`}`, {
    next: [{ what: 'whether it is still there', command: `docker ps -a --filter label=${HELPER_LABEL}` }],
  });
}
