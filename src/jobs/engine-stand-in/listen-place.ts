import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { cannotListen, isLoopback, type Listen, parseListen } from '../../api/wire/listener.ts';
import type { Context } from '../../context.ts';
import { DbgError, errorMessage, usageError } from '../../errors.ts';
import type { Person } from '../../host/host-files.ts';
import { personAsked } from '../../host/who-asked.ts';
import { shellQuote } from '../../text.ts';

/** Where dbg listens in an engine's place. */
interface ListenPlace {
  readonly at: Listen;
  /** the socket and the folder that sweep.sh is to remove; each is empty when there is none */
  readonly mine: readonly [string, string];
}

/**
 * Where to listen: as typed, else on a socket in a folder that is made for it. Throws a DbgError
 * for a place that others could take over.
 */
export function listenPlace(ctx: Context, text: string | undefined): ListenPlace {
  if (text === undefined) {
    const { XDG_RUNTIME_DIR: runtime } = ctx.env;
    // The XDG Base Directory Specification tells programs to ignore the variable when it is empty,
    // relative, or names a folder of somebody else, as after `su`.
    const isOwn = runtime?.startsWith('/') && !isOthers(ctx, runtime, undefined, noSocketIn);
    const where = isOwn ? runtime! : isAbsolute(tmpdir()) ? tmpdir() : resolve(ctx.cwd(), tmpdir());
    const folder = ownFolder(where, 'dbg-api-');
    const path = join(folder, 'docker.sock');
    try {
      return { at: parseListen(`unix:${path}`, ctx.cwd), mine: [path, folder] };
    } catch (error) {
      rmdirSync(folder);
      throw error;
    }
  }
  const at = listenOnLoopback(ctx, text);
  return { at, mine: [at.kind === 'unix' ? at.path : '', ''] };
}

/** Makes a folder that only this user may enter. Throws a DbgError where none can be made. */
export function ownFolder(where: string, prefix: string): string {
  try {
    return mkdtempSync(join(where, prefix));
  } catch (cause) {
    throw noSocketIn(where, cause);
  }
}

const noSocketIn = (where: string, cause: unknown) =>
  new DbgError(`no socket can be created in ${where}: ${errorMessage(cause)}`, {
    cause,
    next: [{ what: 'listen elsewhere', command: 'dbg api … --listen unix:PATH' }],
  });

/** As Host.isOthers; for a folder that cannot be looked at it throws what `failed` gives. */
function isOthers(
  { host }: Context,
  folder: string,
  person: Person | undefined,
  failed: (folder: string, cause: unknown) => Error,
): boolean {
  try {
    return host.isOthers(folder, person);
  } catch (cause) {
    throw failed(folder, cause);
  }
}

/** The place that was typed. Throws a DbgError for one that others reach. */
export function listenOnLoopback(ctx: Context, text: string): Listen {
  const at = parseListen(text, ctx.cwd);
  if (at.kind === 'tcp' && !isLoopback(at.host)) {
    throw usageError(
      `whoever reaches the engine is root on this host, so dbg listens only on loopback, not on ${at.host}`,
      [{ what: 'for somebody on another machine', command: 'dbg api share --help' }],
    );
  }
  // Whoever can replace this socket would hear everything that docker says to the engine, and could
  // answer as the engine.
  const failed = (_: string, cause: unknown) => cannotListen(at, cause);
  if (at.kind === 'unix' && isOthers(ctx, dirname(at.path), personAsked(ctx), failed)) {
    throw new DbgError(`others could put a socket of theirs in the place of ${at.path}`, {
      next: [
        { what: 'see who may change the folders on the way', command: `namei -l ${shellQuote(dirname(at.path))}` },
        { what: 'use a folder of your own', command: 'dbg api … --listen unix:$XDG_RUNTIME_DIR/docker.sock' },
      ],
    });
  }
  return at;
}
