import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { peerFinder } from '../../api/peer.ts';
import { recorder, type Recorded } from '../../api/recording/write.ts';
import { proxy } from '../../api/wire/proxy.ts';
import type { Context } from '../../context.ts';
import { addressText, type EngineAddress } from '../../engine/address.ts';
import { DbgError, errorCode, errorMessage, EXIT } from '../../errors.ts';
import type { OutputFile } from '../../host/host.ts';
import { escapeControls, parseSize, shellQuote } from '../../text.ts';
import { failureText } from '../../ui/failure.ts';
import { toolArguments } from '../enter.ts';
import type { Finish } from '../program.ts';
import { personAsked } from '../root.ts';
import { bytesText } from './call-text.ts';
import { session, type SessionOptions } from './session.ts';
import { shown } from './stage.ts';

interface RecordOptions extends SessionOptions {
  readonly reveal?: boolean;
  readonly maxBody: number;
  readonly quiet?: boolean;
}

export function recordCommand(ctx: Context, finish: Finish): Command {
  return new Command('record')
    .summary('keep what goes over the API in a file')
    .description(
      'Record what docker and the engine say to each other: of a command, or of whoever is led to the socket that dbg listens on. Each event is in FILE at once, as a line of JSON, for dbg api show, curl, replay and diff.',
    )
    .usage('[OPTIONS] FILE [-- COMMAND [ARG…]]')
    .argument('<file>', 'a new file; - is stdout')
    .argument('[cmd...]', 'run with DOCKER_HOST set, its exit code is kept; left out, dbg listens until Ctrl-C')
    .option('--listen <where>', 'unix:PATH or tcp:127.0.0.1:PORT; otherwise a socket of its own')
    .option('--context <name>', 'make a docker context of this name that leads here, and remove it at the end')
    .option('--reveal', 'with secrets')
    .option('--max-body <size>', 'of a body, so much is kept, and of the rest its length and SHA-256', sizeOf, 1e6)
    .option('-q, --quiet', 'do not say at the end what was recorded')
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExamples:\n  dbg api record pull.ndjson -- docker compose pull\n  dbg api record --context look day.ndjson',
    )
    .action(async (path: string, command: string[], options: RecordOptions) => {
      finish(await record(ctx, path, commandOf(command), options));
    });
}

function sizeOf(text: string): number {
  const size = parseSize(text);
  if (size === undefined) throw new InvalidArgumentError('It is a size: 64k, 1M, 1.5GB.');
  return size;
}

function commandOf(words: readonly string[]): readonly string[] {
  if (words[0]?.startsWith('-') && words[0] !== '--') {
    throw new DbgError(`${words[0]} stands behind FILE: options come before it, a command behind --`, {
      exitCode: EXIT.usage,
      next: [{ what: 'as', command: 'dbg api record [OPTIONS] FILE -- COMMAND' }],
    });
  }
  return toolArguments(words);
}

async function record(ctx: Context, path: string, command: readonly string[], options: RecordOptions): Promise<number> {
  const { address } = await ctx.engine();
  const isNew = refuse(ctx, path, command);
  const file = await open(ctx, path);
  const peers = peerFinder(ctx.host);
  const recording = recorder(file, {
    header: {
      recording: 'dbg api',
      version: 1,
      started: ctx.clock(),
      engine: addressText(address),
      tls: isTls(address),
    },
    maxBody: options.maxBody,
    failed: (error) => {
      if (errorCode(error) !== 'EPIPE') ctx.stderr.write(failureText(failureOf(path, error), []));
    },
  });
  let recorded: Recorded | undefined;
  try {
    const exitCode = await session(ctx, command, options, {
      start: (server, connect) => {
        recording.begin();
        proxy(server, { connect, hear: shown(options, recording.hear), clock: ctx.clock, peerOf: peers.of });
      },
      end: async () => {
        await peers.settled();
        recorded = await recording.end();
      },
    });
    if (!options.quiet && recorded) ctx.stderr.write(summary(path, recorded));
    // Who reads the pipe has seen enough: | head.
    const { failure } = recorded!;
    return failure && errorCode(failure) !== 'EPIPE' ? EXIT.failed : exitCode;
  } finally {
    if (!recorded) {
      const { bytes } = await recording.end();
      if (isNew && bytes === 0) ctx.host.remove(path, personAsked(ctx));
    }
  }
}

const isTls = (address: EngineAddress) => address.kind === 'tcp' && address.tls !== undefined;

/** A recording is evidence: none is written over. Tells whether the file is new. */
function refuse(ctx: Context, path: string, command: readonly string[]): boolean {
  if (path === '-') {
    const wrong = ctx.stdout.isTTY
      ? 'a recording is not for a terminal'
      : command.length > 0 && "stdout is the command's own: a recording of it needs a file";
    if (!wrong) return false;
    throw new DbgError(wrong, {
      exitCode: EXIT.usage,
      next: [{ what: 'into a file', command: 'dbg api record FILE …' }],
    });
  }
  const there = statSync(resolve(ctx.cwd(), path), { throwIfNoEntry: false });
  if (there?.isFile() && there.size > 0) {
    throw new DbgError(`${path} exists, and a recording is never written over`, {
      next: [
        { what: 'see what it holds', command: `dbg api show ${shellQuote(path)}` },
        { what: 'or remove it', command: `rm ${shellQuote(path)}` },
      ],
    });
  }
  return there === undefined;
}

async function open(ctx: Context, path: string): Promise<OutputFile> {
  if (path === '-') return ctx.host.standardOutput();
  try {
    return await ctx.host.create(path, personAsked(ctx));
  } catch (cause) {
    // Node's "EACCES: permission denied, open 'x'"
    const why = errorMessage(cause).replace(/^E\w+: ([^,]*).*$/s, '$1');
    throw new DbgError(`${path} cannot be made: ${why}`, {
      cause,
      next: [{ what: 'the folder', command: `ls -ld ${shellQuote(dirname(resolve(ctx.cwd(), path)))}` }],
    });
  }
}

function failureOf(path: string, error: Error): string {
  const isFull = errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT';
  const why = isFull ? `no space left for ${path}` : `${path} cannot be written: ${errorMessage(error)}`;
  return `${why}; what was recorded before is in it, the calls go on`;
}

function summary(path: string, { calls, bytes, overCap, late }: Recorded): string {
  const left = [
    ...(overCap > 0 ? [`${bytesText(overCap)} of long bodies left out (--max-body)`] : []),
    ...(late > 0 ? [`${bytesText(late)} left out, as the disk was too slow`] : []),
  ];
  const text = `recorded ${calls} ${calls === 1 ? 'call' : 'calls'}, ${bytesText(bytes)}, in ${path}`;
  return `${escapeControls([text, ...left].join('; '))}\n`;
}
