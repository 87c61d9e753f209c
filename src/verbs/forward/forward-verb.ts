import { constants } from 'node:os';
import { addPid, operandsOf, type PidOption } from '../../cli/arguments/by-pid.ts';
import { chosenTarget, requireContainer } from '../../cli/arguments/chosen-container.ts';
import { containerArgument, VerbArgument } from '../../cli/arguments/verb-argument.ts';
import { asRoot } from '../../cli/root.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { isTargetPaused } from '../../enter/paused.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError, errorCode, EXIT, usageError } from '../../errors.ts';
import { hostNamespace } from '../../host/host-namespace.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { openForward } from '../../jobs/forward/forward-session.ts';
import { type ForwardWish, listenPlaceText, type WishedPort } from '../../jobs/forward/forward-wish.ts';
import { subjectOf } from '../../process/subject.ts';
import { listenersOf } from '../../process/listeners-of.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { failureText } from '../../ui/failure.ts';
import { forwardPrinter } from './forward-printer.ts';
import { parsePort } from './parse-port.ts';
import { runCommand, variablesFor } from './run-command.ts';

interface ForwardOptions extends PidOption {
  readonly reverse?: boolean;
  readonly verbose: number;
  readonly reveal?: boolean;
  readonly json?: boolean;
}

export function forwardCommand(ctx: Context): Verb {
  return addPid(
    new Verb('forward')
      .runsWhere('listens')
      .summary("a port of this host that leads to a port inside a container's network")
      .description(
        "Make a port of this host lead to a port inside a container's network, 127.0.0.1 there included: it need not be published, and nothing is changed in the container. With COMMAND, it lasts as long as the command, which finds the port in DBG_PORT.",
      )
      .usage('[OPTIONS] CTR [ADDRESS:][LISTEN:]PORT[/udp]… [-- COMMAND [ARG…]]')
      .addArgument(containerArgument())
      .addArgument(
        new VerbArgument(
          '[ports...]',
          'PORT leads there from the same port of this host, LISTEN:PORT from another; either may be the path of a unix socket',
          'ports',
        ),
      ),
  )
    .option('--reverse', 'the other way round: the container listens, and reaches PORT of this host')
    .option(
      '-v, --verbose',
      'a line for each connection; -vv: also what flows, both ways',
      (_, count: number) => count + 1,
      0,
    )
    .option('--reveal', 'with -vv: with the secrets, which are left out by default')
    .option('--json', 'a JSON object for each thing that happens, one a line')
    .addHelpText(
      'after',
      "\nExamples:\n  dbg forward web 8080:80\n  dbg forward db 5432 -- psql -h 127.0.0.1 -p 5432\n  dbg forward -vv web 0:80 -- sh -c 'curl http://$DBG_HOST:$DBG_PORT'\n  dbg forward dns 5353:53/udp\n  dbg forward db 5432:/var/run/postgresql/.s.PGSQL.5432\n  dbg forward --reverse web 3000",
    )
    .runs(async (first: string | undefined, words: string[], options: ForwardOptions) =>
      forward(ctx, first, words, options),
    );
}

async function forward(
  ctx: Context,
  first: string | undefined,
  words: readonly string[],
  options: ForwardOptions,
): Promise<number> {
  const dashes = ctx.args.indexOf('--');
  const command = dashes < 0 ? [] : ctx.args.slice(dashes + 1);
  const operands = [...(first === undefined ? [] : [first]), ...words];
  const typed = operands.slice(0, operands.length - command.length);
  const [ref, ports] = options.pid === undefined ? [typed[0], typed.slice(1)] : [undefined, typed];
  if (options.pid === undefined) requireContainer(ctx, ref);
  const wish: ForwardWish = {
    ports: ports.map((each) => parsePort(each, options.reverse === true, ctx.cwd)),
    isReverse: options.reverse === true,
    shows: options.verbose < 2 ? 'nothing' : options.reveal ? 'all' : 'redacted',
  };
  if (wish.ports.length === 0) throw noPorts(ref);
  if (dashes >= 0 && command.length === 0) {
    throw usageError('after -- comes a command', [{ what: 'without one', command: 'dbg forward web 8080:80' }]);
  }
  requireProgram(ctx.host, 'nsenter');
  if (command.length > 0) requireProgram(ctx.host, command[0]!);
  const act = async () => {
    const { ref: named } = await operandsOf(ctx, ref, [], options);
    return serve(ctx, await chosenTarget(ctx, named), wish, command, options);
  };
  return asRoot(ctx, act, { values: command.length > 0 ? Object.keys(ctx.env) : [] });
}

function noPorts(ref: string | undefined): DbgError {
  const name = shellQuote(ref ?? 'web');
  return usageError('which port?', [
    { what: 'such as', command: `dbg forward ${name} 8080:80` },
    { what: 'see what listens in it', command: `dbg exec ${name} ss -lntu` },
  ]);
}

async function serve(
  ctx: Context,
  target: Target,
  wish: ForwardWish,
  command: readonly string[],
  options: ForwardOptions,
): Promise<number> {
  const { name } = target.container;
  refusePaused(ctx, target);
  if (!wish.isReverse) noteHostNetwork(ctx, target, wish);
  warnOfOthers(ctx, name, wish);
  const { first: signal, stop: unsignal } =
    command.length > 0 ? { first: new Promise<never>(() => undefined), stop: () => undefined } : ctx.host.signalled();
  let writeFailed: (error: Error) => void;
  const unwritten = new Promise<Error>((resolve) => (writeFailed = resolve));
  const to = await (command.length > 0 ? ctx.stderr : ctx.stdout).asFile();
  const printer = forwardPrinter(ctx, to, (error) => writeFailed(error), {
    name,
    isReverse: wish.isReverse,
    ports: wish.ports,
    verbose: options.verbose,
    json: options.json === true,
    listening: () => listeningText(ctx, target),
  });
  try {
    const open = await openForward(ctx, target, wish, againLine(name, wish), printer.listener);
    try {
      if (command.length === 0 || options.json || options.verbose > 0) printer.tellListening(open.ports);
      if (command.length > 0) {
        void open.over.then((error) => ctx.stderr.write(failureText(error.message, error.next)));
        return await runCommand(ctx, command, variablesFor(open.ports));
      }
      const end = await Promise.race([signal, open.over, unwritten]);
      if (typeof end === 'string') return end === 'SIGINT' ? EXIT.interrupted : 128 + constants.signals[end];
      if (end instanceof DbgError) throw end;
      // `dbg forward -v … | head`: the reader has seen enough, and the shell's tools end by
      // SIGPIPE.
      if (errorCode(end) === 'EPIPE') return 141;
      throw new DbgError(`the connections cannot be written: ${end.message}`);
    } finally {
      await open.stop();
    }
  } finally {
    await printer.end();
    unsignal();
  }
}

function refusePaused(ctx: Context, target: Target): void {
  if (!isTargetPaused(ctx.host, target)) return;
  const { name } = target.container;
  throw new DbgError(`container "${name}" is paused: it would take connections, and answer none`, {
    next: [{ what: 'let it go on', command: `docker unpause ${shellQuote(name)}` }],
  });
}

/** In the host's network, each of the container's ports is one of this host already. */
function noteHostNetwork(ctx: Context, { container, pid }: Target, { ports }: ForwardWish): void {
  const host = hostNamespace(ctx.host, 'net');
  if (host === undefined || ctx.host.link(`/proc/${pid}/ns/net`) !== host) return;
  const port = ports.find(({ to }) => to.kind === 'port')?.to;
  if (port?.kind !== 'port') return;
  ctx.stderr.write(
    `dbg: ${escapeControls(container.name)} is in the host's network: its port ${port.port} is port ${port.port} of this host already\n`,
  );
}

function warnOfOthers(ctx: Context, name: string, { ports, isReverse }: ForwardWish): void {
  const wide = ports.find(({ at }) => at.kind === 'port' && (at.address === '0.0.0.0' || at.address === '::'));
  if (!wide) return;
  const text = isReverse
    ? `whoever reaches ${name} by any network reaches this host on ${listenPlaceText(wide.at)} of it`
    : `whoever reaches this host by any network reaches ${name} on ${listenPlaceText(wide.at)}`;
  ctx.stderr.write(`dbg: ${escapeControls(text)}; 127.0.0.1 is for this host alone\n`);
}

/** The line to type when a port is taken: the same with any free port. */
function againLine(name: string, { ports, isReverse }: ForwardWish): string {
  const words = ports.map(({ protocol, to }: WishedPort) =>
    to.kind === 'path' ? `0:${to.path}` : `0:${to.port}${protocol === 'udp' ? '/udp' : ''}`,
  );
  return `dbg forward ${isReverse ? '--reverse ' : ''}${shellQuote(name)} ${words.map(shellQuote).join(' ')}`;
}

/** The most ports that are named to a person. */
const MOST_NAMED = 10;

/**
 * What waits in the container's network, as the end of a sentence; empty when that cannot be seen.
 */
function listeningText(ctx: Context, target: Target): string {
  try {
    const all = listenersOf(ctx.host, subjectOf(ctx.host, target)).toSorted((a, b) => a.port - b.port);
    const ports = [...new Set(all.map(({ port, protocol }) => (protocol === 'udp' ? `${port}/udp` : String(port))))];
    if (ports.length === 0) return '; nothing listens in its network';
    const more = ports.length > MOST_NAMED ? ` and ${ports.length - MOST_NAMED} more` : '';
    return `; what listens in its network: ${ports.slice(0, MOST_NAMED).join(', ')}${more}`;
  } catch {
    return '';
  }
}
