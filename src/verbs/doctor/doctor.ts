import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { doctorProbes } from '../../jobs/doctor/doctor-probes.ts';
import { gather } from '../../jobs/why/gather-facts.ts';
import { slowdown } from '../../proc/pid/schedstat.ts';
import { json, lookOf } from '../../ui/table.ts';
import { DOCTOR_PARTS } from '../../why/doctor/doctor-parts.ts';
import { examineParts } from '../../why/doctor/examine-parts.ts';
import { doctorRecord, doctorText } from './doctor-text.ts';

/** How long dbg waits for a fact, so that it answers within 2 s where the host has time for it. */
const PATIENCE_MS = 1_500;
/** dbg waits no more than so many times longer, however busy the host is. */
const MOST_SLOWDOWN = 10;

/**
 * Where every processor is busy, an engine and tools that are well answer late. dbg waits for them
 * in proportion to how long it had to wait for a processor itself.
 */
const slowdownOf = ({ host }: Context) => Math.min(MOST_SLOWDOWN, slowdown(host.read('/proc/self/schedstat')));

export function doctorCommand(ctx: Context): Verb {
  return new Verb('doctor')
    .asksSeveral('rows')
    .summary('what of dbg works on this host and what does not, with what mends it')
    .description(
      'Look at this host: the engine and where it was found, rights, the tools that dbg runs and their options, parts of the kernel, AppArmor, SELinux and Yama, and what dbg has left here. Each part says which verbs need it. Nothing is changed and no kernel module is loaded by looking. Without root, dbg leaves out what only root may look at.',
    )
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 dbg works, 1 something is missing that it cannot do without.\n\nExamples:\n  dbg doctor\n  sudo dbg doctor\n  dbg doctor --json',
    )
    .runs(async (options: { readonly json?: boolean }) => {
      const slow = slowdownOf(ctx);
      const parts = examineParts(DOCTOR_PARTS, await gather(doctorProbes(ctx, slow), PATIENCE_MS * slow));
      ctx.stdout.write(options.json ? json(doctorRecord(parts)) : doctorText(parts, lookOf(ctx)));
      return parts.some(({ state }) => state === 'broken') ? BROKEN : 0;
    });
}

/** The exit code when something is missing that dbg cannot do without. */
const BROKEN = 1;
