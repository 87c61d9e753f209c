import { Socket } from 'node:net';
import type { Context, Output } from '../context.ts';
import type { Environment } from '../environment.ts';
import type { FileReader, FileWriter, OpenFile } from '../host/host-files.ts';
import type { LentStreams } from '../host/lent-streams.ts';
import { type Channel, openChannel } from './channel.ts';
import { lendFiles } from './lend-files.ts';
import { lendStreams } from './lend-streams.ts';
import { sentFiles } from './sent-files.ts';
import {
  type Beginning,
  FROM_FAR,
  FROM_NEAR,
  type Frame,
  type NearAnswer,
  type NearRequest,
  sendBytes,
} from './far-frames.ts';

/** What the near dbg lends the far one: all that reaches a verb from the person. */
export interface FarSide {
  readonly beginning: Beginning;
  /** for the verb's context */
  readonly lent: Pick<Context, 'args' | 'stdinIsTTY' | 'stdout' | 'stderr' | 'cwd' | 'pick'>;
  readonly streams: LentStreams;
  /** the person's files, which are near, in place of those of this host */
  files(host: FileReader): Partial<FileReader & FileWriter>;
  /** Tells the exit code, when all else has been sent. */
  end(exitCode: number): Promise<void>;
}

/** The far host's environment, with what the person's says of the terminal and of the engine. */
export const farEnvironment = (env: Environment, beginning: Beginning): Environment => ({
  ...env,
  ...beginning.env,
  ...beginning.engine,
});

interface FarListener {
  /** The near dbg got a signal that is for the verb. */
  onSignal(signal: NodeJS.Signals): void;
  /** The near dbg has gone, or the connection to it. */
  onGone(): void;
}

/**
 * How long the near side may be silent, in ms. It says every 5 s that it lives. A connection may
 * break without a word, and then nothing may stay behind here.
 */
const SILENCE_MS = 30_000;

/** Opens the far side on descriptors 0 and 1, and waits until the near side says how to begin. */
export function openFarSide({ onSignal, onGone }: FarListener): Promise<FarSide> {
  const input = new Socket({ fd: 0, readable: true, writable: false });
  const sending = new Socket({ fd: 1, readable: false, writable: true });
  const silence = setTimeout(onGone, SILENCE_MS).unref();
  const answers = new Map<number, (answer: NearAnswer) => void>();
  let stdin: Socket | undefined;
  let columns: number | undefined;
  let begin: (beginning: Beginning) => void;
  const begun = new Promise<Beginning>((resolve) => (begin = resolve));

  const toStdin = async (bytes: Buffer) => {
    if (!stdin || stdin.destroyed) return;
    const taken = new Promise<void>((resolve) => void stdin!.write(bytes, () => resolve()));
    // Other frames, such as signals, do not wait for a program that does not read.
    void taken.then(() => channel.sendJson(FROM_FAR.wantsStdin, bytes.length));
  };
  const onFrame = ({ kind, body }: Frame): void | Promise<void> => {
    silence.refresh();
    if (kind === FROM_NEAR.begin) begin(JSON.parse(body.toString()) as Beginning);
    else if (kind === FROM_NEAR.stdin) return toStdin(Buffer.from(body));
    else if (kind === FROM_NEAR.stdinEnd) stdin?.end();
    else if (kind === FROM_NEAR.signal) onSignal(body.toString() as NodeJS.Signals);
    else if (kind === FROM_NEAR.columns) columns = Number(body.toString()) || undefined;
    else if (kind === FROM_NEAR.answer) {
      const answer = JSON.parse(body.toString()) as NearAnswer;
      answers.get(answer.id)?.(answer);
      answers.delete(answer.id);
    }
    return undefined;
  };
  const channel = openChannel(input, sending, { onFrame, onGone: () => onGone() });

  let requests = 0;
  const answerTo = (id: number) =>
    new Promise<unknown>((resolve, reject) =>
      answers.set(id, (answer) => {
        if (!('error' in answer)) return resolve(answer.value);
        reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
      }),
    );
  const ask = (request: NearRequest): Promise<unknown> => {
    const id = ++requests;
    const answered = answerTo(id);
    channel.sendJson(FROM_FAR.request, { id, ...request });
    return answered;
  };

  return begun.then((beginning) => {
    columns ??= beginning.columns;
    const output = (kind: string, isTTY: boolean): Output => ({
      isTTY,
      write: (text) => sendBytes(channel, kind, Buffer.from(text)),
      waiting: () => channel.waiting(),
      columns: () => (isTTY ? columns : undefined),
      asFile: async () => asFile(channel, kind),
    });
    return {
      beginning,
      lent: {
        args: beginning.args,
        stdinIsTTY: beginning.stdinIsTTY,
        stdout: output(FROM_FAR.stdout, beginning.stdoutIsTTY),
        stderr: output(FROM_FAR.stderr, beginning.stderrIsTTY),
        cwd: () => beginning.cwd,
        pick: async (message, choices) => String(await ask({ kind: 'pick', message, choices })),
      },
      streams: lendStreams(channel, (socket) => (stdin = socket)),
      files: (host) => ({
        ...lendFiles(
          channel,
          ask,
          (id) => answerTo(id),
          () => ++requests,
        ),
        ...sentFiles(host, beginning),
      }),
      end: async (exitCode) => {
        channel.sendJson(FROM_FAR.exit, exitCode);
        await channel.end();
      },
    };
  });
}

/** stdout or stderr as a file: a write resolves when the way to the near side has room again. */
const asFile = (channel: Channel, kind: string): OpenFile => ({
  descriptor: -1,
  write: async (parts) => {
    parts.forEach((part) => sendBytes(channel, kind, part));
    await channel.drained();
    return { written: parts.reduce((sum, { length }) => sum + length, 0), error: undefined };
  },
  truncate: async () => undefined,
  close: async () => undefined,
});
