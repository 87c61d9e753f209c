import { createHmac, randomBytes } from 'node:crypto';
import { VerbArgument } from '../../cli/arguments/verb-argument.ts';
import { asRoot } from '../../cli/root.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { compareEvidence } from '../../evidence/compare-evidence.ts';
import type { Evidence, SectionName } from '../../evidence/container-evidence.ts';
import type { Marker } from '../../evidence/entries/entry.ts';
import { gatherEvidence } from '../../jobs/evidence/gather-evidence.ts';
import { IMAGE_SECTIONS, withImage } from '../../jobs/evidence/image-evidence.ts';
import { findCurrent } from '../../jobs/find-target.ts';
import { json } from '../../ui/table.ts';
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
    .summary('what differs between two containers, or between a container and its image')
    .description(
      'Compare two containers, such as a good and a bad replica, running or not: state, configuration, environment, mounts, limits, rights, networks, DNS, routes, sysctls, sockets, processes and open files. Ids, times, addresses and measures differ by nature and are set aside. Secrets are not shown, but told apart. Nothing is changed by looking.',
    )
    .usage('[OPTIONS] GOOD BAD | [OPTIONS] CTR --image')
    .addArgument(new VerbArgument('<good>', 'the container to compare with', 'containers'))
    .addArgument(new VerbArgument('[bad]', 'the container that may differ', 'containers'))
    .option('--image', 'compare the container with the configuration of the image that it was made from')
    .option('--no-probe', 'send nothing: no questions to nameservers')
    .option('-v, --verbose', 'also what differs by nature')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing differs, 1 something does, 125 dbg could not look.\n\nExamples:\n  dbg diff web-1 web-2\n  dbg diff web --image\n  dbg diff shop/web.1 shop/web.2 --json',
    )
    .runs(async (good: string, bad: string | undefined, options: DiffOptions) => {
      refuse(bad, options);
      return asRoot(ctx, async () => diff(ctx, good, bad, options));
    });
}

function refuse(bad: string | undefined, { image }: DiffOptions): void {
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

interface Pair {
  readonly a: Evidence;
  readonly b: Evidence;
  /** undefined: all */
  readonly sections?: readonly SectionName[];
}

async function diff(ctx: Context, good: string, bad: string | undefined, options: DiffOptions): Promise<number> {
  const { a, b, sections } = await (bad === undefined ? imagePair(ctx, good) : pairOf(ctx, good, bad, options));
  const comparison = compareEvidence(a, b, sections);
  ctx.stdout.write(
    options.json
      ? json(comparisonRecord(about(a), about(b), comparison))
      : comparisonText({ a: a.container, b: b.container }, comparison, options.verbose === true),
  );
  return comparison.differences.length > 0 ? DIFFERENT : 0;
}

const about = ({ container, id, time }: Evidence) => ({ name: container, id, time });

async function imagePair(ctx: Context, ref: string): Promise<Pair> {
  const { image, own } = await withImage(ctx, await findCurrent(ctx, ref), newMarker());
  return { a: image, b: own, sections: IMAGE_SECTIONS };
}

async function pairOf(ctx: Context, good: string, bad: string, { probe }: DiffOptions): Promise<Pair> {
  const [one, other] = await Promise.all([findCurrent(ctx, good), findCurrent(ctx, bad)]);
  if (one.id === other.id) {
    throw usageError(`"${good}" and "${bad}" are the same container, ${one.name}`, [
      { what: 'see what runs', command: 'docker ps' },
    ]);
  }
  const wish = { mark: newMarker(), isSilent: probe === false };
  const [a, b] = await Promise.all([gatherEvidence(ctx, one, wish), gatherEvidence(ctx, other, wish)]);
  return { a, b };
}

/** A marker with a key that nobody else has: its digests are of no use outside this comparison. */
function newMarker(): Marker {
  const key = randomBytes(32);
  return (raw) => createHmac('sha256', key).update(raw).digest('base64');
}
