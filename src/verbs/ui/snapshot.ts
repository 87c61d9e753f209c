import { join } from 'node:path';
import { createFile } from '../../cli/new-file.ts';
import type { Context } from '../../context.ts';
import { addressText } from '../../engine/address.ts';
import { DbgError, usageError } from '../../errors.ts';
import { personAsked } from '../../host/who-asked.ts';
import { onePicture } from '../../jobs/host-page/one-picture.ts';
import { escapeControls, shellLine } from '../../text.ts';

/** Throws a usage error for a file that is to be no SVG. */
export function requireSvg(path: string): void {
  const [, end] = /\.([^./]+)$/.exec(path) ?? [];
  if (path === '-' || end === undefined || end.toLowerCase() === 'svg') return;
  const svg = `${path.slice(0, -end.length)}svg`;
  const isPng = end.toLowerCase() === 'png';
  throw usageError(`--snapshot writes SVG, not ${end.toUpperCase()}: dbg has nothing that makes pixels of it`, [
    { what: 'take', command: shellLine(['dbg', 'ui', '--snapshot', svg]) },
    ...(isPng ? [{ what: 'and then', command: shellLine(['rsvg-convert', '-o', path, svg]) }] : []),
  ]);
}

/** Writes the picture of the host, and gives the exit code. */
export async function writeSnapshot(ctx: Context, path: string): Promise<number> {
  const picture = await onePicture(ctx);
  const { stillOf } = await import('../../host-page/still.ts');
  const engine = addressText((await ctx.engine()).address);
  const title = `dbg ui · ${engine} · ${new Date(ctx.now()).toISOString()}`;
  const text = stillOf(picture, title, join(ctx.assetFolder, 'host-page'));
  if (path === '-') {
    ctx.stdout.write(`${text}\n`);
    return 0;
  }
  const file = await createFile(ctx, path, { person: personAsked(ctx) });
  try {
    await file.write([Buffer.from(`${text}\n`)]);
  } catch (cause) {
    throw new DbgError(`${path} could not be written to its end: ${(cause as Error).message}`, { cause });
  } finally {
    await file.close();
  }
  ctx.stderr.write(`the picture is in ${escapeControls(path)}\n`);
  return 0;
}
