import type { PidOption } from '../../cli/arguments/by-pid.ts';
import type { Context } from '../../context.ts';
import { onOwnTerminal } from '../../enter/inside/join.ts';
import { nsenter } from '../../enter/nsenter.ts';
import { entryFailure } from '../../enter/outcome.ts';
import { isTargetPaused } from '../../enter/paused.ts';
import { planEntry } from '../../enter/entry-plan.ts';
import { parseStatus } from '../../proc/pid/status.ts';
import { type Target } from '../../enter/target.ts';
import { parseStartTime } from '../../proc/pid/stat.ts';
import { DbgError, usageError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { ownValues } from '../../host/own-values.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { processesOf } from '../../process/processes.ts';
import { readStraceArguments, type StraceArguments } from '../../process/strace/arguments.ts';
import {
  childOfInit,
  chosenProcesses,
  refuseTraced,
  type Candidate,
  type Choice,
} from '../../process/strace/choose.ts';
import {
  attachArgv,
  startArgv,
  straceTool,
  WITHOUT_OWN_SIGNALS,
  type Asker,
} from '../../process/strace/strace-argv.ts';
import { ended, subjectOf } from '../../process/subject.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { chosenTarget, requireContainer } from '../../cli/arguments/chosen-container.ts';
import { missingText, withheldText } from '../../cli/enter.ts';
import { dryRunText, asRoot } from '../../cli/root.ts';
import { whoAsked } from '../../host/who-asked.ts';

export interface TraceOptions extends Choice, PidOption {
  readonly dryRun?: boolean;
}

/**
 * `dbg strace`: finds what to trace, and traces it. Gives the exit code of strace or of the
 * command.
 */
export async function trace(
  ctx: Context,
  ref: string | undefined,
  words: readonly string[],
  options: TraceOptions,
): Promise<number> {
  requireContainer(ctx, ref);
  const args = readStraceArguments(words, ref);
  if (args.command && (options.process !== undefined || options.all)) throw commandAndProcess();
  requireProgram(ctx.host, 'strace');
  if (args.command) requireProgram(ctx.host, 'nsenter');
  const traceIt = async () => {
    const target = await chosenTarget(ctx, ref, { isWhole: true });
    refusePaused(ctx.host, target);
    return args.command ? start(ctx, target, args, args.command, options) : attach(ctx, target, args, options);
  };
  return options.dryRun ? traceIt() : asRoot(ctx, traceIt);
}

async function attach(ctx: Context, target: Target, args: StraceArguments, options: TraceOptions): Promise<number> {
  const { container } = target;
  const all = processesOf(ctx.host, subjectOf(ctx.host, target));
  const named = chosenProcesses(all, options, { name: container.name, pid: target.pid });
  const isNamed = options.process !== undefined || options.all === true;
  const child = isNamed ? undefined : childOfInit(all, named);
  const chosen = child ? [child] : named;
  if (child) ctx.stderr.write(`${initText(container.name, named[0]!, child)}\n`);
  refuseTraced(ctx.host, chosen);
  const traced = chosen.flatMap(({ pid }) => {
    const startTime = pid === target.pid ? target.startTime : parseStartTime(ctx.host.read(`/proc/${pid}/stat`));
    return startTime === undefined ? [] : [{ pid, startTime }];
  });
  const argv = attachArgv(container.id, traced, straceTool(asker(ctx, args)), args.options);
  if (options.dryRun) {
    ctx.stdout.write(dryRunText(ctx, [argv]));
    return 0;
  }
  const { exitCode, report } = await ctx.host.run(argv);
  if (report === 'gone') throw ended(container);
  return exitCode;
}

async function start(
  ctx: Context,
  target: Target,
  args: StraceArguments,
  command: readonly string[],
  { dryRun }: TraceOptions,
): Promise<number> {
  const surroundings = { own: ownValues(ctx.env), given: {} };
  const { entry, env, keep, missing, withheld } = planEntry(ctx.host, target, { all: true }, surroundings);
  const tool = straceTool(asker(ctx, args), WITHOUT_OWN_SIGNALS);
  const argv = onOwnTerminal(startArgv(tool, args.options, nsenter(target, command, { ...entry, stops: true })));
  if (missing.length > 0) ctx.stderr.write(missingText(target, missing));
  if (withheld.length > 0) ctx.stderr.write(withheldText(withheld));
  if (dryRun) {
    const only = Object.entries(ctx.env).filter(([name]) => keep?.test(name));
    const variables = [...only, ...Object.entries(env)].map(([name, value]) => `${name}=${value}`);
    ctx.stdout.write(dryRunText(ctx, [['env', '-i', ...variables, ...argv]]));
    return 0;
  }
  const { exitCode, report } = await ctx.host.run(argv, { env, keep });
  // strace could not trace, or refused its arguments, and has said so. The command did not run.
  const [outcome = '', refused] = report.split(/\n?strace (?=\d+$)/);
  if (refused !== undefined) return Number(refused);
  const failure = entryFailure(ctx.host, outcome, exitCode, target, entry);
  if (failure) throw failure;
  return exitCode;
}

/**
 * The person who is to own the files that strace writes. undefined when it writes none, or root
 * itself asked.
 */
function asker(ctx: Context, { writesFile }: StraceArguments): Asker | undefined {
  const login = writesFile ? whoAsked(ctx) : undefined;
  if (login === undefined) return undefined;
  // sudo(8) sets SUDO_GID. With --dry-run dbg runs as the person, whose group is in its own status.
  const status = ctx.host.isRoot ? undefined : ctx.host.read('/proc/self/status');
  return { login, gid: status === undefined ? (ctx.env['SUDO_GID'] ?? login) : String(parseStatus(status).gid) };
}

const initText = (name: string, init: Candidate, child: Candidate) =>
  escapeControls(
    `dbg: the main process is ${init.command}, which only waits: tracing its child ${child.pid} (${child.command}); all of them: dbg strace --all ${shellQuote(name)}`,
  );

const commandAndProcess = () =>
  usageError('a command after -- is what is traced: leave out --process and --all', [
    { what: 'the command alone', command: 'dbg strace CTR -- CMD' },
  ]);

/**
 * Throws a DbgError where the container is paused. In a frozen cgroup (v1's freezer) no process
 * reaches the stop that strace waits for, and Ctrl-C does not end that wait. A command started
 * there would not run either.
 */
function refusePaused(host: Host, target: Target): void {
  const { container } = target;
  if (!isTargetPaused(host, target)) return;
  throw new DbgError(`container "${container.name}" is paused: strace would hang on it, deaf to Ctrl-C`, {
    next: [{ what: 'let it go on', command: `docker unpause ${shellQuote(container.name)}` }],
  });
}
