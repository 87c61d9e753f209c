import { dirname } from 'node:path';
import type { Context } from '../context.ts';
import { DbgError, errorMessage } from '../errors.ts';
import type { CreatedFile, Person } from '../host/host-files.ts';
import { escapeControls, shellQuote } from '../text.ts';

interface NewFileWish {
  /** in whose name; undefined: dbg's own user */
  readonly person: Person | undefined;
  readonly append?: boolean;
  /** the mode of a new file; left out: 0644 */
  readonly mode?: number;
}

/** Opens a file that a person named, to be filled, or makes it. Throws a DbgError. */
export async function createFile(ctx: Context, path: string, wish: NewFileWish): Promise<CreatedFile> {
  const { person, append = false, mode = 0o644 } = wish;
  const waits = () => ctx.stderr.write(`dbg: ${escapeControls(path)} is a FIFO: waiting for a program that reads it\n`);
  try {
    return await ctx.host.create(path, person, { mode, append, waits });
  } catch (cause) {
    if (cause instanceof DbgError) throw cause;
    // Node writes "EACCES: permission denied, open 'x'".
    const why = errorMessage(cause).replace(/^E\w+: ([^,]*).*$/s, '$1');
    const folder = shellQuote(dirname(path));
    throw new DbgError(`${path} cannot be created: ${why}`, {
      cause,
      next: [{ what: 'the folder', command: `ls -ld ${folder}` }],
    });
  }
}

/**
 * Throws a DbgError for a file that was there before and that others may read. Its mode stays, and
 * whoever opened it before can read on, whatever its mode becomes.
 */
export function requirePrivate(path: string, { stats, isNew }: CreatedFile): void {
  if (isNew || !(stats.isFile() || stats.isFIFO()) || (stats.mode & 0o077) === 0) return;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  throw new DbgError(
    `${path} exists, and other users may read or write it (mode ${mode}): nothing is written into it`,
    {
      next: [{ what: 'take another name, or', command: `rm ${shellQuote(path)}` }],
    },
  );
}
