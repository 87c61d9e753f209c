import type { Recorded } from '../../../api/recordings/write-recording.ts';
import type { Context } from '../../../context.ts';
import { DbgError, usageError } from '../../../errors.ts';
import type { CreatedFile, OpenFile } from '../../../host/host-files.ts';
import { escapeControls, shellQuote } from '../../../text.ts';
import { createFile, requirePrivate } from '../../../cli/new-file.ts';
import { personAsked } from '../../../host/who-asked.ts';
import { bytesText } from '../printing/call-text.ts';
import type { PlainError } from '../../../api/beside/reader-job.ts';

/** A recording's file, which the person owns. `remove` removes it if it is new. */
interface NewFile {
  readonly file: OpenFile;
  remove(): void;
}

/**
 * Opens the file for a recording; "-" is stdout. Throws a DbgError where it cannot be made, and
 * where it holds something: a recording is evidence, and is never written over.
 */
export async function newFile(ctx: Context, path: string, hasCommand: boolean): Promise<NewFile> {
  if (path === '-') {
    refuseStdout(ctx, hasCommand);
    return { file: await ctx.stdout.asFile(), remove: () => undefined };
  }
  const person = personAsked(ctx);
  // Only its owner may read it: it holds what containers say.
  const file = await createFile(ctx, path, { person, mode: 0o600 });
  try {
    requireEmpty(path, file);
    requirePrivate(path, file);
  } catch (error) {
    await file.close();
    throw error;
  }
  return { file, remove: () => file.isNew && ctx.host.remove(path, person) };
}

function requireEmpty(path: string, { stats }: CreatedFile): void {
  if (stats.size === 0) return;
  throw new DbgError(`${path} exists, and a recording is never written over`, {
    next: [
      { what: 'see what it holds', command: `dbg api show ${shellQuote(path)}` },
      { what: 'or take another name', command: 'dbg api record NEW-FILE …' },
    ],
  });
}

function refuseStdout(ctx: Context, hasCommand: boolean): void {
  if (!ctx.stdout.isTTY && !hasCommand) return;
  const wrong = hasCommand
    ? "stdout is the command's own: its recording needs a file"
    : 'a recording is not for a terminal';
  const next = [{ what: 'into a file', command: 'dbg api record FILE …' }];
  throw usageError(wrong, next);
}

/** Says why a recording could not be written to its end. */
export function failureOf(path: string, { code, message }: PlainError): string {
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const why = isFull ? `no space left for ${path}` : `${path} cannot be written: ${message}`;
  return `${why}; what was recorded before is in it, the calls go on`;
}

/** Tells a person what is in a recording that has ended. */
export function summary(path: string, { calls, bytes, overCap, late }: Omit<Recorded, 'failure'>): string {
  const left = [
    ...(overCap > 0 ? [`${bytesText(overCap)} of long bodies left out (--max-body)`] : []),
    ...(late > 0 ? [`${bytesText(late)} left out, as the disk was too slow`] : []),
  ];
  const text = `recorded ${calls} ${calls === 1 ? 'call' : 'calls'}, ${bytesText(bytes)}, in ${path}`;
  return `${escapeControls([text, ...left].join('; '))}\n`;
}
