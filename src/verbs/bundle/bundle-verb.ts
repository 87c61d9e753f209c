import { constants } from 'node:os';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { addPid, type PidOption, refOf } from '../../cli/arguments/by-pid.ts';
import { picked, requireContainer } from '../../cli/arguments/chosen-container.ts';
import { containerArgument, fileOption } from '../../cli/arguments/verb-argument.ts';
import { asRoot } from '../../cli/root.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { bundleFiles } from '../../evidence/bundle/bundle-files.ts';
import { type BundleParts, missingIn } from '../../evidence/bundle/bundle-parts.ts';
import { tarOf } from '../../evidence/bundle/write-tar.ts';
import { findCurrent } from '../../jobs/find-target.ts';
import { gatherBundle } from '../../jobs/evidence/gather-bundle.ts';
import { decimalSize } from '../../sizes.ts';
import { escapeControls, escapeLines, parseTime } from '../../text.ts';
import { pendingFile } from './bundle-file.ts';

interface BundleOptions extends PidOption {
  readonly output?: string;
  readonly capture?: string;
  /** false for --no-probe */
  readonly probe?: boolean;
}

export function bundleCommand(ctx: Context): Verb {
  return addPid(new Verb('bundle'))
    .summary('all evidence about a container in one file, for a ticket')
    .description(
      'Write all that dbg sees of a container, running or not, into one .tar.gz: what dbg diff compares, dbg why, the last lines of its log, its events, and packets if wanted, with a page to read it by (index.html). Secrets are left out as dbg api does it. Nothing is changed by looking.',
    )
    .addArgument(containerArgument())
    .addOption(fileOption('-o, --output <file>', 'the file; left out: dbg-NAME-TIME.tar.gz in this folder'))
    .option('--capture <time>', 'also capture packets for this time, such as 5s; packets may hold secrets')
    .option('--no-probe', 'send nothing: no questions to nameservers')
    .addHelpText(
      'after',
      '\nExit codes: 0 the file is written, 125 it is not.\n\nExamples:\n  dbg bundle web\n  dbg bundle web -o ticket-4711.tar.gz --capture 5s\n  dbg diff yesterday.tar.gz today.tar.gz',
    )
    .runs(async (operand: string | undefined, options: BundleOptions) => {
      const ref = await refOf(ctx, operand, options);
      requireContainer(ctx, ref);
      const captureMs = captureTime(options.capture);
      if (options.output === '-') throw usageError('-o takes the name of a file: a bundle is no text for stdout');
      return asRoot(ctx, async () => bundle(ctx, ref ?? (await picked(ctx)), captureMs, options));
    });
}

/** The longest capture: its packets are in memory. */
const MOST_CAPTURE_MS = 600_000;

function captureTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = parseTime(text);
  if (milliseconds !== undefined && milliseconds > 0 && milliseconds <= MOST_CAPTURE_MS) return milliseconds;
  throw usageError(`--capture takes a time of up to 10m, such as 5s, not "${text}"`);
}

async function bundle(
  ctx: Context,
  ref: string,
  captureMs: number | undefined,
  { output, probe }: BundleOptions,
): Promise<number> {
  const tell = (line: string) => ctx.stderr.write(`dbg: ${escapeLines(line.replace(/^dbg: /, ''))}\n`);
  const container = await findCurrent(ctx, ref);
  const now = ctx.now();
  const folder = folderName(container.name, now);
  const path = output ?? `${folder}.tar.gz`;
  // The file is made first: nobody should wait for a capture that then cannot be written.
  const file = await pendingFile(ctx, path);
  const { first, stop } = ctx.host.signalled();
  try {
    const work = write();
    const signal = await Promise.race([work, first]);
    if (signal === undefined) return 0;
    tell('interrupted: no bundle was written');
    return 128 + constants.signals[signal];
  } finally {
    stop();
    await file.discard();
  }

  async function write(): Promise<undefined> {
    const parts = await gatherBundle(ctx, container, { captureMs, isSilent: probe === false, tell });
    const packed = await promisify(gzip)(tarOf(bundleFiles(folder, parts), now));
    await file.finish(packed);
    tellMissing(parts, tell);
    tell(`wrote ${decimalSize(packed.length)}; read its index.html before you pass it on`);
    ctx.stdout.write(`${escapeControls(path)}\n`);
  }
}

/** The name of the bundle's folder, and of its file: with the container's name and the time. */
export function folderName(container: string, now: number): string {
  const name = container.replace(/[^\w.-]+/g, '_').slice(0, 40);
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `dbg-${name}-${time}`;
}

/** Says what could not be had. Parts that are missing for the same reason share a line. */
function tellMissing(parts: BundleParts, tell: (line: string) => void): void {
  const reasons = new Map<string, string[]>();
  for (const { what, why } of missingIn(parts)) reasons.set(why, [...(reasons.get(why) ?? []), what]);
  for (const [why, what] of reasons) tell(`not in it: ${what.join('; ')}  (${why})`);
}
