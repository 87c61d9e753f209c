import { addPid, operandsOf, type PidOption } from '../../cli/arguments/by-pid.ts';
import { namedContainerArgument, VerbArgument } from '../../cli/arguments/verb-argument.ts';
import type { Context } from '../../context.ts';
import { type Target } from '../../enter/target.ts';
import { parseStartTime } from '../../proc/pid/stat.ts';
import { DbgError, errorCode, errorMessage, EXIT, usageError } from '../../errors.ts';
import type { Inside, OutputFile } from '../../host/host-files.ts';
import { escapeLines, shellLine, shellQuote } from '../../text.ts';
import { failureText } from '../../ui/failure.ts';
import { chosenTarget } from '../../cli/arguments/chosen-container.ts';
import { withoutDashes } from '../../cli/enter.ts';
import { Verb } from '../../cli/verb.ts';
import { asRoot } from '../../cli/root.ts';

export function catCommand(ctx: Context): Verb {
  return addPid(new Verb('cat'))
    .summary('print files of a container, with links followed inside it')
    .description(
      "Print files of a container as its own cat would: its links lead to its files, never to the host's. The image needs no cat, and the container may be paused.",
    )
    .usage('CTR PATH…')
    .addArgument(namedContainerArgument())
    .addArgument(
      new VerbArgument(
        '[path...]',
        "regular files in there; a relative one begins at the image's working directory",
        'nothing',
      ),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  dbg cat web /etc/os-release\n  dbg cat web /var/lib/app/core >core\n  dbg cat web -- -odd',
    )
    .passThroughOptions()
    .runs(async (first: string, rest: string[], options: PidOption) => {
      const { ref = '', words } = await operandsOf(ctx, first, rest, options);
      return cat(ctx, ref, words);
    });
}

/** The exit code of a program that SIGPIPE ended. */
const PIPE = 141;

async function cat(ctx: Context, ref: string, words: readonly string[]): Promise<number> {
  const paths = withoutDashes(words);
  if (paths.length === 0) throw usageError("missing required argument 'path'");
  const option = words[0] === '--' ? undefined : paths.find((path) => path.startsWith('-'));
  if (option !== undefined || paths.includes('-')) throw noPath(ref, option ?? '-');
  // Root is needed: not everybody may read the container's files, nor /proc/PID/root (ptrace(2),
  // access mode checking).
  return asRoot(ctx, () => printAll(ctx, ref, paths));
}

async function printAll(ctx: Context, ref: string, paths: readonly string[]): Promise<number> {
  const target = await chosenTarget(ctx, ref);
  const out = await ctx.stdout.asFile();
  let hasFailed = false;
  for (const path of paths) {
    const whole = path.startsWith('/') ? path : `${target.container.workingDir.replace(/\/$/, '')}/${path}`;
    try {
      if (!(await print(ctx, target, whole, out))) return PIPE;
    } catch (error) {
      if (!(error instanceof DbgError)) throw error;
      // The other files are still printed, as cat does.
      ctx.stderr.write(failureText(error.message, error.next));
      hasFailed = true;
    }
  }
  return hasFailed ? EXIT.failed : 0;
}

/**
 * Prints one file. false when nobody reads the output any more. Throws a DbgError for what is no
 * regular file, or cannot be read or written.
 */
async function print(ctx: Context, target: Target, path: string, out: OutputFile): Promise<boolean> {
  const file = opened(ctx, target, path);
  if (file.kind !== 'file') throw noFile(target, path, file.kind);
  const shown = ctx.stdout.isTTY ? forTerminal() : (piece: Buffer) => piece;
  try {
    for (let isOver = false; !isOver;) {
      const piece = await file.next();
      isOver = piece.length === 0;
      const { error } = await out.write([shown(piece)]);
      if (errorCode(error) === 'EPIPE') return false;
      if (error) throw new DbgError(`the output cannot be written: ${error.message}`, { cause: error });
    }
    return true;
  } catch (error) {
    if (error instanceof DbgError) throw error;
    throw unreadable(target, path, error);
  } finally {
    file.close();
  }
}

function opened({ host }: Context, target: Target, path: string): Inside {
  const { container, pid, startTime } = target;
  const root = `/proc/${pid}/root`;
  let file: Inside | undefined;
  try {
    file = host.openInside(root, path);
  } catch (error) {
    if (parseStartTime(host.read(`/proc/${pid}/stat`)) === startTime) throw unreadable(target, path, error);
  }
  // The start time is checked after the open. If it is unchanged, the root that was opened was that
  // of the container's process.
  if (file && parseStartTime(host.read(`/proc/${pid}/stat`)) === startTime) return file;
  if (file?.kind === 'file') file.close();
  throw new DbgError(`container "${container.name}" ended just now`, {
    next: [{ what: 'see how', command: `docker ps -a --filter id=${container.id}` }],
  });
}

/**
 * Makes bytes into text that cannot control the terminal. Bytes that are not UTF-8 are shown as
 * U+FFFD.
 */
function forTerminal(): (piece: Buffer) => Buffer {
  const decoder = new TextDecoder();
  return (piece) => Buffer.from(escapeLines(decoder.decode(piece, { stream: piece.length > 0 })));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file, or a link on the way leads to none',
  ENOTDIR: 'a file stands where a directory would be',
  ELOOP: 'more than 40 links lead to one another',
  ENAMETOOLONG: 'a name is too long, or too many directories are in one another',
  EACCES: 'even root may not look there',
  EPERM: 'even root may not read it',
  EAGAIN: 'a read would have to wait',
};

function unreadable({ container }: Target, path: string, error: unknown): DbgError {
  const why = REASONS[errorCode(error) ?? ''] ?? errorMessage(error);
  const folder = path.replace(/[^/]*\/*$/, '');
  return new DbgError(`${path} of "${container.name}" cannot be read: ${why}`, {
    cause: error,
    next: [{ what: 'what is beside it', command: listing(container.name, folder) }],
  });
}

function noFile({ container }: Target, path: string, kind: Exclude<Inside['kind'], 'file'>): DbgError {
  if (kind === 'folder') {
    return new DbgError(`${path} of "${container.name}" is a directory`, {
      next: [{ what: 'what is in it', command: listing(container.name, path) }],
    });
  }
  return new DbgError(`${path} of "${container.name}" is a ${kind}: only regular files are read`, {
    next: [{ what: 'look at it', command: listing(container.name, path) }],
  });
}

/**
 * A command that lists a path. `docker cp` resolves links inside the container too, except the last
 * one of a path, and needs nothing in the image.
 */
const listing = (name: string, path: string) => `docker cp ${shellQuote(`${name}:${path}`)} - | tar -tv`;

function noPath(ref: string, word: string): DbgError {
  const why = word === '-' ? 'dbg cat does not read its own stdin' : 'dbg cat has no options';
  return usageError(`"${word}" is not taken for a file: ${why}`, [
    { what: 'a file of that name', command: shellLine(['dbg', 'cat', ref, `./${word}`]) },
  ]);
}
