import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { auditIn, type Audit } from '../../../api/gate/share/audit.ts';
import type { Context } from '../../../context.ts';
import { DbgError, errorCode, errorMessage } from '../../../errors.ts';
import { createFile, requirePrivate } from '../../../cli/new-file.ts';
import { personAsked } from '../../../host/who-asked.ts';

/**
 * Opens a share's log, which only its owner may read. It is the file that was named, to which lines
 * are added, or else a file of its own. Throws a DbgError.
 */
export async function openAudit(ctx: Context, named: string | undefined): Promise<Audit> {
  const path = named ?? ownFile(ctx);
  try {
    if (named === undefined) makeFolder(dirname(path));
    // A file of its own is in the home of the user that dbg runs as, and belongs to that user.
    const person = named === undefined ? undefined : personAsked(ctx);
    const file = await createFile(ctx, path, { person, mode: 0o600, append: true });
    try {
      requirePrivate(path, file);
    } catch (error) {
      await file.close();
      throw error;
    }
    return auditIn(file, path);
  } catch (cause) {
    throw new DbgError(`the audit log cannot be written: ${errorMessage(cause)}`, {
      cause,
      next: [
        ...(cause instanceof DbgError ? cause.next : []),
        { what: 'to another file', command: 'dbg api share --audit FILE …' },
      ],
    });
  }
}

function ownFile(ctx: Context): string {
  const state = ctx.env['XDG_STATE_HOME'] || join(ctx.env['HOME'] || homedir(), '.local/state');
  const time = new Date(ctx.clock()).toISOString().replaceAll(':', '-');
  return join(state, 'dbg', `share-${time}.ndjson`);
}

/**
 * Makes a folder and those above it. Where a folder cannot be made, as in /proc, Node 20's own
 * `recursive` tries again for ever.
 */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Another share may have made the folder at the same time.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}
