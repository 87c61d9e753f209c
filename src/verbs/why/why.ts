import { containerArgument } from '../../cli/arguments/verb-argument.ts';
import { addPid, type PidOption, refOf } from '../../cli/arguments/by-pid.ts';
import { requireContainer } from '../../cli/arguments/chosen-container.ts';
import { asRoot } from '../../cli/root.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { findContainer } from '../../engine/find-container.ts';
import { containerProbes } from '../../jobs/why/container-probes.ts';
import { gather } from '../../jobs/why/gather-facts.ts';
import { CONTAINER_CHECKS } from '../../why/container/checks.ts';
import { judge } from '../../why/judge.ts';
import { json } from '../../ui/table.ts';
import { verdictRecord, verdictText } from './why-text.ts';

interface WhyOptions extends PidOption {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** dbg answers within 5 s: so long it waits for a fact. */
const PATIENCE_MS = 4_000;

export function whyCommand(ctx: Context): Verb {
  return addPid(new Verb('why'))
    .summary('what is wrong with a container: the first thing, with its proof')
    .description(
      'Look at a container, running or not, and say what is wrong with it: first what explains the rest, with the evidence and what to do. Nothing is changed by looking.',
    )
    .addArgument(containerArgument())
    .option('-v, --verbose', 'also what is merely worth knowing')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing is broken, 1 something is, 125 dbg could not look.\n\nExamples:\n  dbg why web\n  dbg why web --json',
    )
    .runs(async (operand: string | undefined, options: WhyOptions) => {
      const ref = await refOf(ctx, operand, options);
      requireContainer(ctx, ref);
      return asRoot(ctx, () => why(ctx, ref ?? '', options));
    });
}

/** Exit code of "looked, and found something broken". */
const BROKEN = 1;

async function why(ctx: Context, ref: string, options: WhyOptions): Promise<number> {
  const container = await findContainer(await ctx.engine(), ref);
  const verdict = judge(CONTAINER_CHECKS, await gather(containerProbes(ctx, container), PATIENCE_MS));
  const about = { container: container.name, id: container.id };
  ctx.stdout.write(
    options.json ? json(verdictRecord(about, verdict)) : verdictText(container.name, verdict, options.verbose === true),
  );
  return verdict.answer === undefined ? 0 : BROKEN;
}
