import { VerbArgument } from '../../cli/arguments/verb-argument.ts';
import { asRoot } from '../../cli/root.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { compareEvidence } from '../../evidence/compare-evidence.ts';
import { json } from '../../ui/table.ts';
import { imagePair, isBundle, pairOf, type Side } from './diff-sides.ts';
import { comparisonRecord, comparisonText } from './diff-text.ts';

interface DiffOptions {
  readonly image?: boolean;
  /** false for --no-probe */
  readonly probe?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

export function diffCommand(ctx: Context): Verb {
  return new Verb('diff')
    .readsFiles(({ args }) => ({ files: args.filter(isBundle), areAll: args.length > 0 && args.every(isBundle) }))
    .summary('what differs between two containers, or between a container and its image')
    .description(
      'Compare two containers, such as a good and a bad replica, running or not: state, configuration, environment, mounts, limits, rights, networks, DNS, routes, sysctls, sockets, processes and open files. Ids, times, addresses and measures differ by nature and are set aside. Secrets are not shown, but told apart. Nothing is changed by looking.',
    )
    .usage('[OPTIONS] GOOD BAD\n       dbg diff [OPTIONS] CTR --image')
    .addArgument(
      new VerbArgument('<good>', 'the container to compare with, or a bundle of one (*.tar.gz)', 'containers'),
    )
    .addArgument(new VerbArgument('[bad]', 'the container that may differ, or a bundle of one', 'containers'))
    .option('--image', 'compare the container with the configuration of the image that it was made from')
    .option('--no-probe', 'send nothing: no questions to nameservers')
    .option('-v, --verbose', 'also what differs by nature')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing differs, 1 something does, 125 dbg could not look.\n\nExamples:\n  dbg diff web-1 web-2\n  dbg diff web --image\n  dbg diff shop/web.1 shop/web.2 --json\n  dbg diff yesterday.tar.gz web',
    )
    .runs(async (good: string, bad: string | undefined, options: DiffOptions) => {
      refuse(good, bad, options);
      // Two bundles are files of the person's: they need neither root nor an engine.
      if (bad !== undefined && isBundle(good) && isBundle(bad)) return diff(ctx, good, bad, options);
      return asRoot(ctx, async () => diff(ctx, good, bad, options));
    });
}

function refuse(good: string, bad: string | undefined, { image }: DiffOptions): void {
  if (image && isBundle(good)) throw usageError('--image is for a container: a bundle holds no image');
  if (image && bad !== undefined) throw usageError(`"${bad}" and --image: compare with one of them, not both`);
  if (!image && bad === undefined) {
    throw usageError('compare with what?', [
      { what: 'with another container', command: 'dbg diff GOOD BAD' },
      { what: 'with its image', command: 'dbg diff CTR --image' },
    ]);
  }
}

/** The exit code when something differs, as diff(1) has it. */
const DIFFERENT = 1;

async function diff(ctx: Context, good: string, bad: string | undefined, options: DiffOptions): Promise<number> {
  const { a, b, sections } = await (bad === undefined
    ? imagePair(ctx, good)
    : pairOf(ctx, good, bad, options.probe === false));
  const comparison = compareEvidence(a.evidence, b.evidence, sections);
  ctx.stdout.write(
    options.json
      ? json(comparisonRecord(about(a), about(b), comparison))
      : comparisonText({ a: labelOf(a), b: labelOf(b) }, comparison, options.verbose === true),
  );
  return comparison.differences.length > 0 ? DIFFERENT : 0;
}

/** What a side is called. Two bundles may be of the same container. */
const labelOf = ({ file, evidence }: Side) => file ?? evidence.container;

const about = ({ file, evidence: { container, id, time } }: Side) => ({
  name: container,
  id,
  time,
  file: file ?? null,
});
