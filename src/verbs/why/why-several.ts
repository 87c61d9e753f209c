import { chosenOfAll, selects, type Selecting } from '../../cli/arguments/chosen-containers.ts';
import type { Context } from '../../context.ts';
import { EXIT, usageError } from '../../errors.ts';
import { inTime } from '../../jobs/in-time.ts';
import { examineAll } from '../../jobs/why/examine.ts';
import { worstFirst } from '../../why/container/worst-first.ts';
import { failureText } from '../../ui/failure.ts';
import { json } from '../../ui/table.ts';
import { tellWhatIsLate, unknownIn } from './patience.ts';
import { isBroken, severalText } from './why-several-text.ts';
import { isBlind } from '../../why/judge.ts';
import { verdictRecord } from '../../why/verdict-record.ts';

interface SeveralOptions extends Selecting {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/**
 * Whether several containers may be meant: several are named, or options select them, or nothing
 * says which, and then all are. Throws a usage error when both a name and an option say which, or
 * when several containers are to reach something.
 */
export function meansSeveral(
  names: readonly string[],
  peer: string | undefined,
  options: Selecting & { readonly pid?: number },
): boolean {
  if (names.includes('')) throw usageError('a name is empty (without any, dbg why looks at all containers)');
  const isSelected = selects(options);
  if (isSelected && (names.length > 0 || options.pid !== undefined))
    throw usageError('name the container, or select containers by --project, --network or --label, not both');
  if (names.length > 1 && peer !== undefined)
    throw usageError(`${names.length} containers are named: which of them is to reach ${peer}?`);
  return names.length > 1 || (names.length === 0 && options.pid === undefined);
}

/** The exit code when something is broken. */
const BROKEN = 1;

/**
 * `dbg why` of several containers: prints those that have something broken, the worst first; with
 * `--verbose` the others too. Each container has `patienceMs`. Gives the
 * exit code.
 */
export async function whySeveral(
  ctx: Context,
  names: readonly string[],
  options: SeveralOptions,
  patienceMs: number,
): Promise<number> {
  const containers = await inTime(ctx, patienceMs, async (patient) => chosenOfAll(patient, names, options));
  const seen = await examineAll(ctx, containers, patienceMs, showProgress(ctx, containers.length));
  const all = worstFirst(seen.flatMap((each) => (each.kind === 'examined' ? [each.examined] : [])));
  const failed = seen.flatMap((each) => (each.kind === 'not seen' ? [each] : []));
  for (const { name, why } of failed) ctx.stderr.write(failureText(`"${name}" could not be looked at: ${why}`, []));
  const shown = options.verbose ? all : all.filter(isBroken);
  const records = () =>
    shown.map(({ container: { name, id }, verdict }) => verdictRecord({ container: name, id }, verdict));
  ctx.stdout.write(options.json ? json(records()) : severalText(all, options.verbose === true, failed.length));
  tellWhatIsLate(
    ctx,
    [...all.flatMap(({ verdict }) => unknownIn(verdict)), ...failed.map(({ why }) => why)],
    patienceMs,
  );
  if (all.some(isBroken)) return BROKEN;
  return failed.length > 0 || all.some(({ verdict }) => isBlind(verdict)) ? EXIT.failed : 0;
}

/**
 * Shows on a terminal how many containers are done, in one line that is renewed, and cleared at the
 * end.
 */
function showProgress({ stderr }: Pick<Context, 'stderr'>, of: number): (done: number) => void {
  if (!stderr.isTTY) return () => undefined;
  return (done) => stderr.write(done < of ? `\r\u001b[K${done} of ${of} containers` : '\r\u001b[K');
}
