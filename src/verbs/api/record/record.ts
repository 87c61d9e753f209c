import { fileArgument } from '../../../cli/arguments/verb-argument.ts';
import { InvalidArgumentError, Option } from 'commander';
import { peerFinder } from '../../../api/wire/client-process.ts';
import { proxy } from '../../../api/wire/proxy.ts';
import type { Context } from '../../../context.ts';
import { addressText, isTls, type EngineAddress } from '../../../engine/address.ts';
import { EXIT, usageError } from '../../../errors.ts';
import type { OpenFile } from '../../../host/host-files.ts';
import { parseSize, shellLine } from '../../../text.ts';
import { failureText } from '../../../ui/failure.ts';
import { Verb } from '../../../cli/verb.ts';
import { failureOf, newFile, summary } from './record-file.ts';
import type { Job, Outcome, PlainError } from '../../../api/beside/reader-job.ts';
import type { Reader } from '../../../api/beside/reader.ts';
import { addStandIn, commandBehind, serveBetween, type StandInOptions } from '../serve-calls.ts';
import { sayLost } from '../reader-lost.ts';
import type { RevealOption } from '../reveal-option.ts';

interface RecordOptions extends StandInOptions, RevealOption {
  readonly maxBody: number;
  readonly quiet?: boolean;
}

export function recordCommand(ctx: Context): Verb {
  return addStandIn(
    new Verb('record')
      .runsWhere('here')
      .summary('keep what goes over the API in a file')
      .description(
        'Record the calls between docker and the engine: those of COMMAND, or, without it, of every client of the socket that dbg listens on. FILE gets a line of JSON for each event, for dbg api show, curl, replay and diff.',
      )
      .usage('[OPTIONS] FILE [-- COMMAND [ARG…]]')
      .addArgument(fileArgument('<file>', 'a new file; - is stdout')),
  )
    .option('--reveal', 'with the secrets, which are left out by default')
    .addOption(
      new Option('--max-body <size>', 'keep no more than this of a body; of a longer one also its length and digest')
        .argParser(sizeOf)
        .default(1e6, '1M'),
    )
    .option('-q, --quiet', 'do not say at the end what was recorded')
    .addHelpText(
      'after',
      '\nExamples:\n  dbg api record pull.ndjson -- docker compose pull\n  dbg api record --context look day.ndjson',
    )
    .runs(async (path: string, command: string[], options: RecordOptions) => {
      return record(ctx, path, commandOf(command, path, ctx.args), options);
    });
}

function sizeOf(text: string): number {
  const size = parseSize(text);
  if (size === undefined) throw new InvalidArgumentError('It is a size: 64k, 1M, 1.5GB.');
  return size;
}

function commandOf(words: readonly string[], path: string, args: readonly string[]): readonly string[] {
  // `record -- docker ps` does not mean a file named docker and the host's ps.
  if (words.length > 0 && words[0] !== '--' && args[args.indexOf('--') + 1] === path && args.includes('--')) {
    throw usageError('FILE is missing: it comes before -- and the command', [
      { what: 'as', command: shellLine(['dbg', 'api', 'record', 'FILE', '--', path, ...words]) },
    ]);
  }
  return commandBehind('FILE', words, 'record');
}

async function record(ctx: Context, path: string, command: readonly string[], options: RecordOptions): Promise<number> {
  const { address } = await ctx.engine();
  // Imported here, because only a verb that listens needs a thread.
  const { requireDirectory, startReader } = await import('../../../api/beside/reader.ts');
  requireDirectory();
  const { file, remove } = await newFile(ctx, path, command.length > 0);
  const peers = peerFinder(ctx.host);
  let reader: Reader | undefined;
  let outcome: Outcome = {};
  try {
    const exitCode = await serveBetween(ctx, command, options, {
      prepare: async () => {
        reader = startReader(ctx.assetFolder, jobOf(ctx, file, address, options), {
          lost: sayLost(ctx),
          failed: (error) => {
            if (!hasLeft(error)) ctx.stderr.write(failureText(failureOf(path, error), []));
          },
        });
        await reader.ready;
      },
      start: (server, connect) =>
        proxy(server, { connect, onEvent: reader!.onEvent, clock: ctx.clock, peerOf: peers.of }),
      end: async () => {
        await peers.settled();
        outcome = (await reader?.end()) ?? {};
      },
    });
    const { recorded, failure, isBroken } = outcome;
    if (!options.quiet && recorded) ctx.stderr.write(summary(path, recorded));
    return isBroken || (failure && !hasLeft(failure)) ? EXIT.failed : exitCode;
  } catch (error) {
    // Without calls, the file is removed: after a misspelt word, its name is free the next time.
    if (!outcome.isBroken && !outcome.recorded?.calls) remove();
    throw error;
  }
}

function jobOf(
  ctx: Context,
  { descriptor }: OpenFile,
  address: EngineAddress,
  { maxBody, reveal = false }: RecordOptions,
): Job {
  const started = ctx.clock();
  const header = {
    recording: 'dbg api',
    version: 1,
    started,
    engine: addressText(address),
    tls: isTls(address),
  } as const;
  return { kind: 'recording', descriptor, header, maxBody, reveal };
}

/** Whether the program that reads the pipe has left, because it has seen enough: | head. */
const hasLeft = ({ code }: PlainError) => code === 'EPIPE';
