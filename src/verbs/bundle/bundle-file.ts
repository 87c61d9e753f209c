import { dirname } from 'node:path';
import { createFile } from '../../cli/new-file.ts';
import type { Context } from '../../context.ts';
import { DbgError, errorCode, errorMessage } from '../../errors.ts';
import { personAsked } from '../../host/who-asked.ts';
import { shellQuote } from '../../text.ts';
import { partialName, removeLeftPartials } from './partial-name.ts';

/** A file that gets its name when all is in it. */
export interface PendingFile {
  /** Writes all of it, and gives it its name. Throws a DbgError. */
  finish(bytes: Buffer): Promise<void>;
  /** Removes what was written, if it has not got its name. */
  discard(): Promise<void>;
}

/**
 * Makes a file that belongs to the person, and that others may not read. Until it is whole it has
 * another name: `.NAME.partial-…`. So a bundle that has its name is whole, however dbg ends. What a
 * dbg that was killed has left in that folder is removed. Throws a DbgError where the name is
 * taken, or the folder cannot be written to.
 */
export async function pendingFile(ctx: Context, path: string): Promise<PendingFile> {
  if (ctx.host.exists(path)) throw taken(path);
  const person = personAsked(ctx);
  removeLeftPartials(ctx.host, dirname(path), person);
  const partial = partialName(ctx.host, path);
  const file = await createFile(ctx, partial, { person, mode: 0o600 });
  let isOpen = true;
  let isPending = true;
  let writing: Promise<unknown> = Promise.resolve();
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    // A descriptor must not be closed under a write: another file may get its number.
    await writing;
    await file.close();
  };
  return {
    finish: async (bytes) => {
      if (!isOpen) throw new DbgError(`${path} was given up`);
      const written = file.write([bytes]);
      writing = written;
      const { error } = await written;
      if (error) throw failure(path, error);
      await close();
      if (!isPending) throw new DbgError(`${path} was given up`);
      try {
        await ctx.host.settle(partial, path, person);
        isPending = false;
      } catch (cause) {
        throw errorCode(cause) === 'EEXIST' ? taken(path) : failure(path, cause);
      }
    },
    discard: async () => {
      const isLeft = isPending;
      isPending = false;
      await close();
      if (isLeft) ctx.host.remove(partial, person);
    },
  };
}

const taken = (path: string) =>
  new DbgError(`${path} exists, and a bundle is never written over`, {
    next: [{ what: 'take another name', command: 'dbg bundle CTR -o NEW-FILE.tar.gz' }],
  });

function failure(path: string, error: unknown): DbgError {
  const isFull = errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT';
  const folder = shellQuote(dirname(path));
  return new DbgError(isFull ? `no space left for ${path}` : `${path} cannot be written: ${errorMessage(error)}`, {
    cause: error,
    next: [
      isFull
        ? { what: 'see what is free', command: `df -h ${folder}` }
        : { what: 'the folder', command: `ls -ld ${folder}` },
    ],
  });
}
