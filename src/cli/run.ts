import { dirname, join } from 'node:path';
import { CommanderError } from 'commander';
import type { Context } from '../context.ts';
import { DbgError, EXIT } from '../errors.ts';
import { escapeControls } from '../text.ts';
import { failureText } from '../ui/failure.ts';
import { program } from './program.ts';

/** Runs dbg's command line and gives the exit code. The one place where errors become text and codes. */
export async function run(ctx: Context): Promise<number> {
  let exitCode = 0;
  sayWhoMayChange(ctx);
  const args = ctx.args.length > 0 ? [...ctx.args] : ['--help'];
  try {
    const dbg = await program(ctx, (code) => (exitCode = code));
    await dbg.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has printed its help or its error already; only its code is ours to choose.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    if (error instanceof DbgError) {
      ctx.stderr.write(failureText(error.message, error.next));
      return error.exitCode;
    }
    ctx.stderr.write(
      failureText(`unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, []),
    );
    return EXIT.failed;
  }
}

/** Called by programs, which show as an error what is on stderr (Wireshark), or nobody (a shell that completes). */
const CALLED_BY_PROGRAMS = ['extcap', '__complete'];

/** One line, where root runs code that somebody else may change: who may is root whenever he likes. */
function sayWhoMayChange({ args, host, assetFolder, stderr }: Context): void {
  if (!host.isRoot || CALLED_BY_PROGRAMS.includes(args[0] ?? '')) return;
  const found = host.changeableCode([assetFolder, join(dirname(assetFolder), 'bin')]);
  if (found === undefined) return;
  stderr.write(`dbg: ${found.who} may change ${escapeControls(found.path)}, and by it what root runs here\n`);
}
