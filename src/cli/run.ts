import { CommanderError } from 'commander';
import type { Context } from '../context.ts';
import { DbgError, EXIT } from '../errors.ts';
import { failureText } from '../ui/failure.ts';
import { program } from './program.ts';

/** Runs dbg's command line and gives the exit code. The one place where errors become text and codes. */
export async function run(ctx: Context): Promise<number> {
  let exitCode = 0;
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
