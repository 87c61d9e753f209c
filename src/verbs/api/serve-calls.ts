import { commandArgument } from '../../cli/arguments/verb-argument.ts';
import type { Command } from 'commander';
import { withoutDashes } from '../../cli/enter.ts';
import type { Context } from '../../context.ts';
import { addressText } from '../../engine/address.ts';
import { EXIT, usageError } from '../../errors.ts';
import {
  type Between,
  type Service,
  standBetween,
  standIn,
  type StandInWish,
  type StoodIn,
} from '../../jobs/engine-stand-in/stand-in.ts';
import { escapeControls } from '../../text.ts';
import { failureText } from '../../ui/failure.ts';

export interface StandInOptions {
  readonly listen?: string;
  readonly context?: string;
}

/**
 * Adds what a verb that stands in the engine's place is told: the command, behind the verb's own
 * operands, and where to listen.
 */
export function addStandIn<C extends Command>(command: C): C {
  return command
    .addArgument(
      commandArgument(
        "run this with DOCKER_HOST set to dbg's socket, and exit with its code; without it, dbg listens until Ctrl-C",
      ),
    )
    .option('--listen <where>', 'listen on unix:PATH or tcp:127.0.0.1:PORT (default: a new socket)')
    .option('--context <name>', 'make a docker context of this name that leads here, and remove it at the end')
    .passThroughOptions();
}

/**
 * Gives the command that follows a verb's operand, without its --. Throws a DbgError (usage) where
 * one of dbg's own options stands in its place.
 */
export function commandBehind(operand: string, words: readonly string[], verb: string): string[] {
  if (!words[0]?.startsWith('-') || words[0] === '--') return withoutDashes(words);
  throw usageError(`${words[0]} stands after ${operand}: options come before ${operand}, a command after --`, [
    { what: 'as', command: `dbg api ${verb} [OPTIONS] ${operand} -- COMMAND` },
  ]);
}

/** Stands between clients and the engine, as the options say. Gives the exit code. */
export async function serveBetween(
  ctx: Context,
  command: readonly string[],
  options: StandInOptions,
  service: Between,
): Promise<number> {
  const { address } = await ctx.engine();
  const wish = wishOf(ctx, command, options, `in the place of ${addressText(address)}`);
  return exitCodeOf(ctx, await standBetween(ctx, wish, service));
}

/** Stands in an engine's place without one; `what` says what answers. Gives the exit code. */
export async function serveAlone(
  ctx: Context,
  command: readonly string[],
  options: StandInOptions,
  what: string,
  service: Service,
): Promise<number> {
  return exitCodeOf(ctx, await standIn(ctx, wishOf(ctx, command, options, what), service));
}

const wishOf = (
  ctx: Context,
  command: readonly string[],
  { listen, context }: StandInOptions,
  what: string,
): StandInWish => ({
  command,
  listen,
  context,
  told: (use) => ctx.stderr.write(`${escapeControls(`${what}; in another terminal:  ${use}`)}\n`),
});

function exitCodeOf(ctx: Context, { exitCode, refused }: StoodIn): number {
  if (refused === 0) return exitCode;
  const who = refused === 1 ? 'client was' : 'clients were';
  const next = [{ what: 'how many it may', command: 'ulimit -n' }];
  ctx.stderr.write(failureText(`${refused} ${who} refused: dbg may open no more files`, next));
  return EXIT.failed;
}
