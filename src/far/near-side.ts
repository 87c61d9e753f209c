import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import { DbgError, errorCode } from '../errors.ts';
import type { Relayed } from '../host/host.ts';
import { openChannel } from './channel.ts';
import { type Beginning, FROM_FAR, FROM_NEAR, type Frame } from './far-frames.ts';
import { answerRequests } from './near-requests.ts';

export interface Lending {
  readonly beginning: Beginning;
  /** Whether the person named a file, by its absolute path, for the verb to write. */
  readonly isNamed: (path: string) => boolean;
  /** the error for a connection that breaks */
  readonly broken: () => DbgError;
}

/** How often the near side says that it lives, in ms: see far-side.ts, SILENCE_MS. */
const ALIVE_MS = 5000;

/**
 * Lends the person's terminal, files and signals to a verb that runs on the far side, until it has
 * ended. Gives its exit code. Throws a DbgError when the connection breaks before.
 */
export async function lendTo(ctx: Context, program: Relayed, { beginning, isNamed, broken }: Lending): Promise<number> {
  let input: Readable | undefined;
  let credit = 0;
  let ended: (exitCode: number) => void;
  let failed: (error: Error) => void;
  const outcome = new Promise<number>((resolve, reject) => {
    ended = resolve;
    failed = reject;
  });
  const stdout = await ctx.stdout.asFile();
  const requests = answerRequests(ctx, isNamed, (answer) => channel.sendJson(FROM_NEAR.answer, answer));

  const takeStdin = (wanted: number) => {
    credit += wanted;
    if (input !== undefined) {
      if (credit > 0) input.resume();
      return;
    }
    // Nothing of the person's stdin is read before the far side asks for it.
    input = ctx.stdin();
    input.on('data', (bytes: Buffer) => {
      credit -= bytes.length;
      channel.send(FROM_NEAR.stdin, bytes);
      if (credit <= 0) input!.pause();
    });
    input.on('end', () => channel.send(FROM_NEAR.stdinEnd));
    input.on('error', () => channel.send(FROM_NEAR.stdinEnd));
  };
  const onFrame = async ({ kind, body }: Frame): Promise<void> => {
    if (kind === FROM_FAR.stdout) {
      const { error } = await stdout.write([body]);
      // The exit code of SIGPIPE, as when the reader of dbg's own output leaves (main.ts).
      if (errorCode(error) === 'EPIPE') ended(READER_LEFT);
      else if (error) failed(new DbgError(`the output cannot be written: ${error.message}`));
    } else if (kind === FROM_FAR.stderr) ctx.stderr.write(body.toString());
    else if (kind === FROM_FAR.wantsStdin) takeStdin(Number(body.toString()));
    else if (kind === FROM_FAR.request || kind === FROM_FAR.fileBytes) await requests.take(kind, Buffer.from(body));
    else if (kind === FROM_FAR.exit) {
      const code = Number(body.toString());
      if (Number.isInteger(code) && code >= 0 && code <= 255) ended(code);
      else failed(broken());
    }
  };
  const channel = openChannel(program.stdout as Socket, program.stdin as Socket, {
    onFrame,
    onGone: () => failed(broken()),
  });
  channel.sendJson(FROM_NEAR.begin, beginning);
  const alive = setInterval(() => channel.send(FROM_NEAR.alive), ALIVE_MS);
  const unfollow = ctx.host.onSignal((signal) => channel.send(FROM_NEAR.signal, Buffer.from(signal)));
  const unwatch = ctx.stdout.onResize?.(() =>
    channel.send(FROM_NEAR.columns, Buffer.from(String(ctx.stdout.columns?.() ?? ''))),
  );
  try {
    return await outcome;
  } catch (error) {
    program.kill();
    throw error;
  } finally {
    clearInterval(alive);
    unfollow();
    unwatch?.();
    input?.destroy();
    await requests.closeAll();
    await channel.end();
  }
}

const READER_LEFT = 141;
