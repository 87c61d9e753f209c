import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { addressText, type EngineAddress, type SshAddress, sshHostWords } from '../../engine/address.ts';
import { DbgError, errorMessage, usageError } from '../../errors.ts';
import type { Beginning } from '../../far/far-frames.ts';
import { THERE_VARIABLE } from '../../host/there.ts';
import type { Errand } from '../../jobs/far/errand.ts';
import { shellQuote } from '../../text.ts';
import { type EngineWishRead, namesSeveral } from '../arguments/engine-options.ts';
import { clientWords } from '../client-words.ts';
import { VerbOption } from '../arguments/verb-argument.ts';
import type { Verb } from '../verb.ts';
import { mayWrite } from './named-files.ts';

/** The variables of the person's that say how the terminal behaves. */
const OF_THE_TERMINAL = /^(TERM|COLORTERM|NO_COLOR|LANG|LC_\w+)$/;

/** In bytes: a file of the person's that goes along must fit into a frame with all else. */
const MOST_INPUT = 256 << 10;

/**
 * Runs verbs where the containers are: by ssh when the engine is reached by ssh, or as `--via`
 * says. Gives the exit code; undefined when the verb is to run here.
 */
export const elsewhere =
  (ctx: Context, wish: EngineWishRead): NonNullable<Verb['elsewhere']> =>
  async (verb) => {
    if (namesSeveral(wish)) return (await import('./several-engines.ts')).askEngines(ctx, wish, verb);
    const inputs = verb.inputs?.(verb);
    if (verb.place === 'here' || inputs?.areAll) return undefined;
    // What is wrong with the choice is said when the verb asks the engine: it may need none.
    const choice = await ctx.choice().catch(() => undefined);
    const address = choice?.address;
    const via = wish.via ?? (address?.kind === 'ssh' ? 'ssh' : 'here');
    if (choice === undefined || address === undefined || via === 'here') return undefined;
    if (via === 'ssh' && address.kind !== 'ssh') throw noSsh(address);
    if (verb.place === 'listens') {
      // A recording is a file of the person's.
      if (verb.opts()['replay'] !== undefined) return undefined;
      throw listensThere(address, verb);
    }
    const { stdout, stderr } = ctx;
    const path = address.kind === 'ssh' ? address.path : undefined;
    const beginning: Beginning = {
      args: ctx.args,
      env: sentVariables(ctx),
      engine: {
        [THERE_VARIABLE]: '1',
        ...(path === undefined ? { DOCKER_CONTEXT: 'default' } : { DOCKER_HOST: `unix://${path}` }),
      },
      cwd: ctx.cwd(),
      stdinIsTTY: ctx.stdinIsTTY,
      stdoutIsTTY: stdout.isTTY,
      stderrIsTTY: stderr.isTTY,
      columns: stdout.columns?.(),
      files: inputFiles(ctx, verb, inputs?.files ?? []),
    };
    const usesTerminal = verb.place === 'terminal' && ctx.stdinIsTTY && stdout.isTTY;
    const isNamed = (file: string) => mayWrite(verb.name(), ctx.args, ctx.cwd(), file);
    const errand: Errand = {
      beginning,
      isNamed,
      usesTerminal,
      isDryRun: verb.opts()['dryRun'] === true,
      client: clientWords(choice, wish, ctx.host.isRoot),
    };
    if (via === 'helper') return (await import('../../jobs/far/over-helper.ts')).overHelper(ctx, errand);
    return (await import('../../jobs/far/over-ssh.ts')).overSsh(ctx, { ...errand, to: address as SshAddress });
  };

const noSsh = (address: EngineAddress) =>
  usageError(`--via ssh needs an address with ssh://, and the engine's is ${addressText(address)}`, [
    { what: 'which engines there are', command: 'dbg context ls' },
  ]);

/** The error for a verb whose port would be one of the other host's. */
function listensThere(address: EngineAddress, verb: Verb): DbgError {
  const where = 'host' in address ? address.host : "the engine's host";
  const line = [
    'ssh',
    '-t',
    '-L',
    '8080:127.0.0.1:8080',
    ...(address.kind === 'ssh' ? sshHostWords(address) : ['HOST']),
    'dbg',
    verb.name(),
    '…',
  ];
  return new DbgError(`dbg ${verb.name()} listens on the host on which it runs, and the containers are on ${where}`, {
    next: [{ what: 'a port of it comes here by', command: line.join(' ') }],
  });
}

/** Variables by which programs over there would be others, or run other code. */
const NEVER_SENT = /^(PATH|HOME|LD_\w+|NODE_\w+)$/;

/**
 * The person's variables that go along: those about the terminal, and those that `-e NAME` names.
 */
function sentVariables({ args, env }: Context): Record<string, string> {
  const named = new Set(
    args.flatMap((word, at) => {
      const [, joined] = /^(?:--env=|-e=?)(.+)$/.exec(word) ?? [];
      return joined ?? (word === '-e' || word === '--env' ? (args[at + 1] ?? []) : []);
    }),
  );
  const isSent = (name: string) => OF_THE_TERMINAL.test(name) || (named.has(name) && !NEVER_SENT.test(name));
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && isSent(name) ? [[name, value]] : [])),
  );
}

/** What is in the files that the verb reads, by their paths. */
function inputFiles(ctx: Context, verb: Verb, operands: readonly string[]): Beginning['files'] {
  const typed = verb.options
    .filter((option) => option instanceof VerbOption && option.isInput)
    .flatMap((option) => verb.getOptionValue(option.attributeName()) as string | string[] | undefined)
    .filter((path) => path !== undefined);
  return Object.fromEntries(
    [...typed, ...operands].map((path) => {
      return [resolve(ctx.cwd(), path), inputBytes(ctx, path).toString('base64')];
    }),
  );
}

function inputBytes({ host }: Context, path: string): Buffer {
  try {
    const bytes = host.readBytes(path, MOST_INPUT + 1, undefined);
    if (bytes.length <= MOST_INPUT) return bytes;
    throw new Error(`it has more than ${MOST_INPUT / 1024} KiB, which is what goes along to another host`);
  } catch (cause) {
    throw new DbgError(`${path} cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'see', command: `ls -l ${shellQuote(path)}` }],
    });
  }
}
