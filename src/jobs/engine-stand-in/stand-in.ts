import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmdirSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { connector } from '../../api/wire/connect.ts';
import { isLoopback, listen, listenText, parseListen, type Listen, type Listening } from '../../api/wire/listener.ts';
import type { Context } from '../../context.ts';
import type { EngineAddress } from '../../engine/address.ts';
import { unreachable } from '../../engine/engine-errors.ts';
import { DbgError, errorCode, errorMessage, usageError } from '../../errors.ts';
import type { Held } from '../../host/host.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { shellQuote } from '../../text.ts';
import { personAsked } from '../../host/who-asked.ts';
import SWEEP from './sweep.sh';

/** Where dbg stands in for an engine, and whom it serves. */
export interface StandInWish {
  /** run with DOCKER_HOST set; empty: dbg listens until a signal */
  readonly command: readonly string[];
  /** unix:PATH or tcp:HOST:PORT; undefined: a socket of its own */
  readonly listen: string | undefined;
  /** the name of a docker context that is made for the time */
  readonly context: string | undefined;
  /** Nobody's command is run: what to type in another terminal. */
  readonly told: (use: string) => void;
}

/** How it ended. */
export interface StoodIn {
  /** the command's own; 0 after Ctrl-C, 128+n after another signal */
  readonly exitCode: number;
  /** how many clients got no connection, as dbg may open no more files */
  readonly refused: number;
}

/** What a verb does with the connections of a session. */
export interface Service {
  /** Before dbg listens: what must be ready before the first call. */
  prepare?(): Promise<void>;
  /** Nobody has connected yet. */
  start(server: Server): void;
  /** No more comes: what is left to be said is said now. */
  end?(): Promise<void>;
  /** how many clients got no connection to the engine, as there were no file descriptors left */
  refused?(): number;
}

/** The same, between clients and the engine, which can be reached. */
export interface Between {
  prepare?(): Promise<void>;
  start(server: Server, connect: () => Socket): void;
  end?(): Promise<void>;
}

/** Listens in the engine's place, with that behind: see standIn. Throws a DbgError when it cannot be reached. */
export async function standBetween(ctx: Context, wish: StandInWish, service: Between): Promise<StoodIn> {
  const { command, listen: typed } = wish;
  if (command.length > 0) requireProgram(ctx.host, command[0]!);
  // What was typed wrong is told before what is missing.
  if (typed !== undefined) listenOnLoopback(ctx, typed);
  const { address } = await ctx.engine();
  const connect = connector(address);
  await reach(address, connect);
  let refused = 0;
  const counted = () => connect().on('error', (error) => void (errorCode(error) === 'EMFILE' && refused++));
  const start = (server: Server) => service.start(server, counted);
  return standIn(ctx, wish, { ...service, start, refused: () => refused });
}

/**
 * Listens in an engine's place: for a command that is run with DOCKER_HOST set, or until a signal,
 * having said what to type. The socket and the docker context go with dbg, however that ends.
 */
export async function standIn(ctx: Context, wish: StandInWish, service: Service): Promise<StoodIn> {
  const { command, context } = wish;
  if (command.length > 0) requireProgram(ctx.host, command[0]!);
  const place = placeOf(ctx, wish.listen);
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
    // A command that has ended has closed its connections: what it was answered at last is still to be read.
    await listening?.close(command.length > 0 ? 200 : 0);
    sweeper?.release();
    await sweeper?.ended;
    if (!sweeper && place.mine[1] !== '') rmdirSync(place.mine[1]);
    await service.end?.();
  }
  return { exitCode, refused: listening.refused() + (service.refused?.() ?? 0) };
}

interface Place {
  readonly at: Listen;
  /** for sweep.sh: a socket and a folder */
  readonly mine: readonly [string, string];
}

function placeOf(ctx: Context, text: string | undefined): Place {
  if (text === undefined) {
    const { XDG_RUNTIME_DIR: runtime } = ctx.env;
    // Empty, relative, or somebody else's, as `su` leaves it, it is to be passed over (XDG Base Directory Specification).
    const isOwn = runtime?.startsWith('/') && !ctx.host.isOthers(runtime, undefined);
    const folder = ownFolder(isOwn ? runtime! : isAbsolute(tmpdir()) ? tmpdir() : resolve(ctx.cwd(), tmpdir()));
    const path = join(folder, 'docker.sock');
    try {
      return { at: parseListen(`unix:${path}`, ctx.cwd), mine: [path, folder] };
    } catch (error) {
      rmdirSync(folder);
      throw error;
    }
  }
  const at = listenOnLoopback(ctx, text);
  return { at, mine: [at.kind === 'unix' ? at.path : '', ''] };
}

function ownFolder(where: string): string {
  try {
    return mkdtempSync(join(where, 'dbg-api-'));
  } catch (cause) {
    throw new DbgError(`no socket can be made in ${where}: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'in another place', command: 'dbg api … --listen unix:PATH' }],
    });
  }
}

function listenOnLoopback(ctx: Context, text: string): Listen {
  const at = parseListen(text, ctx.cwd);
  if (at.kind === 'tcp' && !isLoopback(at.host)) {
    throw usageError(`whoever reaches the engine is root on this host: ${at.host} is not this machine's loopback`, [
      { what: 'for somebody on another machine', command: 'dbg api share --help' },
    ]);
  }
  // Whoever can put another socket in its place would be told all that docker says to the engine, and be it.
  if (at.kind === 'unix' && ctx.host.isOthers(dirname(at.path), personAsked(ctx))) {
    throw new DbgError(`others could put a socket of theirs in the place of ${at.path}`, {
      next: [
        { what: 'who may change the folders on the way', command: `namei -l ${shellQuote(dirname(at.path))}` },
        { what: 'in one of your own', command: 'dbg api … --listen unix:$XDG_RUNTIME_DIR/docker.sock' },
      ],
    });
  }
  return at;
}

/** Who would be connected to nothing is told before. */
export function reach(address: EngineAddress, connect: () => Socket): Promise<void> {
  return new Promise((done, fail) => {
    const socket = connect();
    socket.on('error', (error) => fail(unreachable(address, error)));
    socket.on(address.kind === 'tcp' && address.tls ? 'secureConnect' : 'connect', () => {
      socket.destroy();
      done();
    });
  });
}

async function makeContext(ctx: Context, name: string, description: string, at: Listen): Promise<void> {
  requireProgram(ctx.host, 'docker');
  const argv = ['docker', 'context', 'create', '--description', description, '--docker', `host=${listenText(at)}`];
  await ctx.host.output([...argv, '--', name]);
}

/** What would lead docker's CLI elsewhere is left out of its environment. */
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
