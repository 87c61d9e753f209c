import { isAbsolute, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { needsOwnTerminal, onOwnTerminal } from '../enter/inside/join.ts';
import { nsenter } from '../enter/nsenter.ts';
import { entryFailure } from '../enter/outcome.ts';
import { tellPaused } from '../enter/paused.ts';
import { namedOf, parseVariablesFile, valuesAskedFor } from '../enter/environment/given-variables.ts';
import { type Plan, planEntry } from '../enter/entry-plan.ts';
import { hasEnded, type Target } from '../enter/target.ts';
import { usageError } from '../errors.ts';
import { ownValues } from '../host/own-values.ts';
import { requireProgram } from '../host/run/programs.ts';
import { escapeControls, shellLine, shellQuote } from '../text.ts';
import { chosenTarget, requireContainer } from './arguments/chosen-container.ts';
import type { EntryOptions } from './arguments/entry-options.ts';
import { dryRunText, asRoot } from './root.ts';
import { listVariables } from './arguments/variables.ts';

/** A shell for a person to use. */
export interface ShellSession {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly end: () => void;
}

export interface EnterWish {
  readonly container: string | undefined;
  /**
   * the program and its arguments: the host's program, unless the container's mount namespace is
   * joined
   */
  readonly argv: readonly string[];
  readonly options: EntryOptions & { readonly interactive?: boolean };
  /** Prepares a shell for a person to use. Left out: the program runs as it is. */
  readonly open?: (target: Target, plan: Plan) => Promise<ShellSession>;
}

/**
 * What shell, exec and tcpdump do once they know the program: they find the container, enter it,
 * and run the program. Gives the exit code.
 */
export async function enter(ctx: Context, wish: EnterWish): Promise<number> {
  const { container, argv } = wish;
  requireContainer(ctx, container);
  const options = {
    ...wish.options,
    env: [...fileVariables(ctx, wish.options.envFile ?? []), ...(wish.options.env ?? [])],
  };
  if (options.envFromContainer?.length === 0) return listVariables(ctx, container);
  requireProgram(ctx.host, 'nsenter');
  if (!runsTheContainers(options)) requireProgram(ctx.host, argv[0] ?? '');

  if (options.dryRun) return enterAsRoot(ctx, wish, options);
  return asRoot(ctx, () => enterAsRoot(ctx, wish, options), { values: valuesAskedFor(options.env) });
}

async function enterAsRoot(
  ctx: Context,
  wish: EnterWish,
  options: EntryOptions & { interactive?: boolean },
): Promise<number> {
  const { container, argv } = wish;
  // This runs in the next turn of the event loop, when dbg has asked the engine and waits for it.
  // It saves 8 of 150 ms.
  if (!options.dryRun) setImmediate(() => ctx.host.prepare());
  const target = await chosenTarget(ctx, container);
  const given = namedOf(target.container, options.envFromContainer ?? []);
  const plan = planEntry(ctx.host, target, options, {
    own: ownValues(ctx.env),
    given,
    program: argv[0] ?? '',
  });
  if (!options.quiet) tellPaused(ctx, target);
  if (plan.missing.length > 0 && !options.quiet) ctx.stderr.write(missingText(target, plan.missing));
  if (plan.withheld.length > 0 && !options.quiet) ctx.stderr.write(withheldText(plan.withheld));
  const opened = options.dryRun ? undefined : await wish.open?.(target, plan);
  const session = opened ?? { argv, env: {}, end: () => undefined };
  const env = { ...session.env, ...plan.env };
  const way = nsenter(target, session.argv, plan.entry);
  const line = needsOwnTerminal(plan.entry.namespaces) ? onOwnTerminal(way, options.interactive) : way;
  if (options.dryRun) {
    const only = plan.keep ? Object.entries(ctx.env).filter(([name]) => plan.keep?.test(name)) : [];
    const variables = [...only, ...Object.entries(env)].map(([name, value]) => `${name}=${value}`);
    ctx.stdout.write(dryRunText(ctx, [['env', ...(plan.keep ? ['-i'] : []), ...variables, ...line]]));
    return 0;
  }
  const { exitCode, report } = await ctx.host
    .run(line, { env, keep: plan.keep, isAside: !plan.entry.hasAside })
    .finally(session.end);
  const failure = entryFailure(ctx.host, report, exitCode, target, plan.entry);
  if (failure) throw failure;
  if (exitCode === KILLED && plan.entry.namespaces.includes('pid') && hasEnded(ctx.host, target)) {
    ctx.stderr.write(endedText(target));
  }
  return exitCode;
}

const KILLED = 137;

/**
 * Said when the kernel killed the program: the end of the first process of a pid namespace is the
 * end of all others in it (pid_namespaces(7)).
 */
const endedText = ({ container }: Target): string =>
  `dbg: ${escapeControls(container.name)} ended, and the kernel killed the program, which was in its pid namespace\n`;

/**
 * Said at each entry of a program of the container's: it may do more than `docker exec` would let
 * it.
 */
export const missingText = ({ container }: Target, missing: readonly string[]): string =>
  escapeControls(
    `dbg: the program runs without the ${missing.join(' and the ')} of ${container.name}, which only the engine can set; let the engine run it:  docker exec ${shellQuote(container.name)} …`,
  ) + '\n';

/** Said when the program lacks variables of the container's. */
export const withheldText = (names: readonly string[]): string =>
  escapeControls(
    `dbg: the program does not get ${names.join(', ')} of the container, as a shell does not pass on such a name; to give one:  -- env NAME=VALUE CMD`,
  ) + '\n';

/**
 * Whether the program is the container's: with the container's mount namespace joined, it is looked
 * up among the container's files.
 */
export function runsTheContainers({ all, ns }: EntryOptions): boolean {
  return all === true || (ns ?? '').split(',').includes('mnt');
}

/**
 * In bytes, larger than any environment that a program can be given (execve(2): a quarter of the
 * stack).
 */
const VARIABLES_LIMIT = 2 << 20;

/**
 * The variables in the files of --env-file. Through sudo the files are read twice, the first time
 * with the rights of the person who asked.
 */
function fileVariables(ctx: Context, files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const text = ctx.host.readBelow('/', resolve(isAbsolute(file) ? '/' : ctx.cwd(), file), VARIABLES_LIMIT);
    if (text !== undefined) return parseVariablesFile(text, file);
    throw usageError(`the file of --env-file cannot be read: ${file}`, [
      { what: 'look', command: `ls -l ${shellQuote(file)}` },
    ]);
  });
}

/**
 * Throws the usage error for dbg's options behind the container: the program stands there, and no
 * program begins with a dash.
 * @param words what stands behind the container, as typed
 */
export function refuseLateOptions(verb: Command, container: string, words: readonly string[]): void {
  const isOption = (word: string) => word.startsWith('-') && word !== '-' && word !== '--';
  if (!isOption(words[0] ?? '')) return;
  let count = 0;
  while (isOption(words[count] ?? '')) {
    const takesNext = verb.options.some(
      ({ long, short, required }) => required && [long, short].includes(words[count]),
    );
    count += takesNext ? 2 : 1;
  }
  // With --pid the container is already named.
  const named = words.slice(0, count).some((word) => /^--pid(=|$)/.test(word)) ? [] : [container];
  throw usageError(
    `"${words[0]}" stands after the container, where the program belongs: dbg's own options come before the container`,
    [
      {
        what: 'type',
        command: shellLine(['dbg', verb.name(), ...words.slice(0, count), ...named, ...words.slice(count)]),
      },
    ],
  );
}

/** A tool's own arguments as they came, without the one `--` that may stand before them. */
export function withoutDashes(args: readonly string[]): string[] {
  return args[0] === '--' ? args.slice(1) : [...args];
}
