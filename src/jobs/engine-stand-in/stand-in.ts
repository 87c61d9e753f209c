import { randomBytes } from 'node:crypto';
import { rmdirSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { constants } from 'node:os';
import { listen, listenText, type Listen, type Listening } from '../../api/wire/listener.ts';
import type { Context } from '../../context.ts';
import { errorCode } from '../../errors.ts';
import type { Held } from '../../host/host.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { shellQuote } from '../../text.ts';
import { engineSockets } from './engine-sockets.ts';
import { listenOnLoopback, listenPlace } from './listen-place.ts';
import SWEEP from './sweep.sh';

/** Where dbg stands in for an engine, and for which clients. */
export interface StandInWish {
  /** the command to run with DOCKER_HOST set; empty: dbg listens until a signal */
  readonly command: readonly string[];
  /** unix:PATH or tcp:HOST:PORT; undefined: a socket that dbg makes */
  readonly listen: string | undefined;
  /** the name of a docker context that exists as long as dbg listens; undefined for none */
  readonly context: string | undefined;
  /**
   * Is called when there is no command to run, with the line that a person can type in another
   * terminal.
   */
  readonly told: (use: string) => void;
}

/** How a session of standing in ended. */
export interface StoodIn {
  /** the command's own exit code; without a command 0 after Ctrl-C, 128+n after another signal n */
  readonly exitCode: number;
  /** how many clients got no connection because dbg may open no more files */
  readonly refused: number;
}

/** What a verb does with the connections of clients. */
export interface Service {
  /** Is called before dbg listens. It makes ready what the first call needs. */
  prepare?(): Promise<void>;
  /** Is called with the listening server, before any client has connected. */
  start(server: Server): void;
  /** Is called when no more calls come. It says what is left to be said. */
  end?(): Promise<void>;
  /**
   * how many clients got no connection to the engine because there were no file descriptors left
   */
  refused?(): number;
}

/** What a verb does between clients and an engine that can be reached. */
export interface Between {
  prepare?(): Promise<void>;
  start(server: Server, connect: () => Socket): void;
  end?(): Promise<void>;
}

/**
 * Listens in the engine's place with the engine behind it: see standIn. Throws a DbgError when the
 * engine cannot be reached.
 */
export async function standBetween(ctx: Context, wish: StandInWish, service: Between): Promise<StoodIn> {
  const { command, listen: typed } = wish;
  if (command.length > 0) requireProgram(ctx.host, command[0]!);
  // A mistake in what was typed is reported before an engine that is missing.
  if (typed !== undefined) listenOnLoopback(ctx, typed);
  const { address } = await ctx.engine();
  const sockets = await engineSockets(ctx, address);
  let refused = 0;
  const counted = () => sockets.connect().on('error', (error) => void (errorCode(error) === 'EMFILE' && refused++));
  const start = (server: Server) => service.start(server, counted);
  try {
    return await standIn(ctx, wish, { ...service, start, refused: () => refused });
  } finally {
    await sockets.close();
  }
}

/**
 * Listens in an engine's place. With a command, it runs the command with DOCKER_HOST set. Without
 * one, it says what to type, and listens until a signal. The socket and the docker context are
 * removed when dbg ends, however it ends.
 */
export async function standIn(ctx: Context, wish: StandInWish, service: Service): Promise<StoodIn> {
  const { command, context } = wish;
  if (command.length > 0) requireProgram(ctx.host, command[0]!);
  const place = listenPlace(ctx, wish.listen);
  const description = `made by dbg api (${randomBytes(4).toString('hex')}), which removes it`;
  let listening: Listening | undefined;
  let sweeper: Held | undefined;
  let exitCode = 0;
  try {
    await service.prepare?.();
    listening = await listen(place.at);
    sweeper = ctx.host.hold(['sh', '-c', SWEEP, 'dbg-sweep', ...place.mine, context ?? '', description]);
    service.start(listening.server);
    if (context !== undefined) await makeContext(ctx, context, description, listening.at);
    exitCode =
      command.length > 0 ? await runThrough(ctx, command, listening.at) : await untilSignal(ctx, wish, listening);
  } finally {
    // A command that has ended has closed its connections, but the last answers to it are still to
    // be read.
    await listening?.close(command.length > 0 ? 200 : 0);
    sweeper?.release();
    await sweeper?.ended;
    if (!sweeper && place.mine[1] !== '') rmdirSync(place.mine[1]);
    await service.end?.();
  }
  return { exitCode, refused: listening.refused() + (service.refused?.() ?? 0) };
}

async function makeContext(ctx: Context, name: string, description: string, at: Listen): Promise<void> {
  requireProgram(ctx.host, 'docker');
  const argv = ['docker', 'context', 'create', '--description', description, '--docker', `host=${listenText(at)}`];
  await ctx.host.output([...argv, '--', name]);
}

/**
 * The environment variables that the command keeps: all but those that would lead docker's CLI to
 * another engine.
 */
const KEPT = /^(?!DOCKER_(?:HOST|CONTEXT|TLS|TLS_VERIFY|CERT_PATH)$)/;

async function runThrough(ctx: Context, command: readonly string[], at: Listen): Promise<number> {
  const { exitCode } = await ctx.host.run(command, { env: { DOCKER_HOST: listenText(at) }, keep: KEPT });
  return exitCode;
}

async function untilSignal(ctx: Context, { context, told }: StandInWish, { at }: Listening): Promise<number> {
  told(
    context === undefined
      ? `DOCKER_HOST=${shellQuote(listenText(at))} docker …`
      : `docker --context ${shellQuote(context)} …`,
  );
  const { first, stop } = ctx.host.signalled();
  const signal = await first;
  stop();
  return signal === 'SIGINT' ? 0 : 128 + constants.signals[signal];
}
