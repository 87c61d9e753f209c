import { type Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { containerIds } from '../../enter/container-cgroup.ts';
import { usageError } from '../../errors.ts';
import { placesOf, subjectOfPid } from '../../process/subject.ts';

export interface PidOption {
  readonly pid?: number;
}

/** Adds `--pid`: a container named by one of its processes. */
export const addPid = <C extends Command>(command: C, about = ''): C =>
  command.addOption(
    new Option('--pid <pid>', `the container that this process of the host is in${about}`).argParser(parsePid),
  );

function parsePid(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw usageError(`--pid ${text}: not the number of a process`, [{ what: 'see what runs', command: 'ps -e' }]);
}

/** Throws the usage error for a container that is named twice. */
export function refuseBoth(ref: string | undefined, { pid }: PidOption): void {
  if (pid === undefined || ref === undefined) return;
  throw usageError(`"${ref}" and --pid ${pid}: name the container or one of its processes, not both`);
}

/**
 * The name by which an engine finds the container: the operand, or the id of the container that the
 * process is in. Of nested containers it is the innermost one that this engine has. Throws a
 * DbgError for a process that is in none.
 */
export async function refOf(ctx: Context, ref: string | undefined, { pid }: PidOption): Promise<string | undefined> {
  if (pid === undefined) return ref;
  const innermost = subjectOfPid(ctx.host, pid).id;
  const ids = containerIds(placesOf(ctx.host, pid)).toReversed();
  if (ids.length < 2) return innermost;
  const engine = await ctx.engine();
  for (const id of ids) if (await engine.inspect(id)) return id;
  return innermost;
}

/**
 * Throws the usage error for an option of the tool's that stands where the container belongs.
 * commander cannot find that out: with --pid no container stands before the tool's options, so
 * these verbs let unknown options pass.
 */
export function refuseToolsOption(verb: string, first: string | undefined): void {
  if (first === undefined || !first.startsWith('-') || first === '-') return;
  const engine = /^-[cH]/.test(first) ? [{ what: 'if it names the engine', command: `dbg ${first} … ${verb} …` }] : [];
  throw usageError(`unknown option '${first}': ${verb}'s own options come after the container`, engine);
}

/**
 * The operands of a verb that passes words on: the container, by a name that an engine finds, and
 * the words. With `--pid`, no container stands before the words.
 */
export async function operandsOf(
  ctx: Context,
  first: string | undefined,
  rest: readonly string[],
  options: PidOption,
): Promise<{ readonly ref: string | undefined; readonly words: readonly string[] }> {
  if (options.pid === undefined) return { ref: first, words: rest };
  return { ref: await refOf(ctx, undefined, options), words: first === undefined ? rest : [first, ...rest] };
}
