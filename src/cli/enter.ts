import type { Context } from '../context.ts';
import { nsenter } from '../enter/nsenter.ts';
import { requireProgram } from '../host/programs.ts';
import { chosenTarget, requireContainer } from './container.ts';
import { dryRunText, throughSudo } from './root.ts';

export interface EnterWish {
  readonly container: string | undefined;
  /** the program of the host and its arguments */
  readonly argv: readonly string[];
  readonly dryRun: boolean;
}

/** What shell, exec and tcpdump do once they know the program: find the container, enter, run. Gives the exit code. */
export async function enter(ctx: Context, { container, argv, dryRun }: EnterWish): Promise<number> {
  requireContainer(ctx, container);
  for (const program of [argv[0] ?? '', 'nsenter']) requireProgram(ctx.host, program);

  if (!dryRun) {
    const exitCode = await throughSudo(ctx);
    if (exitCode !== undefined) return exitCode;
  }
  const target = await chosenTarget(ctx, container);
  const plan = nsenter(target, argv);
  if (dryRun) {
    ctx.stdout.write(dryRunText(ctx, [plan]));
    return 0;
  }
  return ctx.host.run(plan);
}

/** A tool's own arguments as they came, less the one `--` that may stand before them. */
export function toolArguments(args: readonly string[]): string[] {
  return args[0] === '--' ? args.slice(1) : [...args];
}
