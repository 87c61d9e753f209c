import type { Duplex } from 'node:stream';
import { type Frame, frameParts, frameReader } from './far-frames.ts';

/** One end of the connection between the near and the far dbg. */
export interface Channel {
  send(kind: string, ...body: readonly Buffer[]): void;
  sendJson(kind: string, value: unknown): void;
  /** How many bytes wait for the other side to take them. */
  waiting(): number;
  /** Resolves when the other side has taken what was sent, or has gone. */
  drained(): Promise<void>;
  /** Sends what is left and closes this end's sending half. */
  end(): Promise<void>;
}

/** What this end does with what comes. */
export interface ChannelListener {
  /** Frames come one by one: the next one when this has resolved. */
  onFrame(frame: Frame): void | Promise<void>;
  /** The other side has gone, or what comes is not from dbg (then with the reason). Called once. */
  onGone(why: string | undefined): void;
}

/** Whoever sends more than this before the other side has taken it has to wait. */
const MUCH = 256 << 10;

/**
 * Opens a channel over a stream, or over one for each direction. While a frame is worked on,
 * nothing is read: the other side waits.
 */
export function openChannel(
  input: Pick<Duplex, 'on' | 'pause' | 'resume'>,
  output: Pick<Duplex, 'on' | 'off' | 'write' | 'end' | 'writableLength' | 'cork' | 'uncork' | 'destroyed'>,
  listener: ChannelListener,
): Channel {
  const read = frameReader();
  let isGone = false;
  let turn = Promise.resolve();
  const gone = (why?: string) => {
    if (isGone) return;
    isGone = true;
    listener.onGone(why);
  };
  const work = async (frames: readonly Frame[]) => {
    for (const frame of frames) if (!isGone) await listener.onFrame(frame);
  };
  input.on('data', (piece: Buffer) => {
    let frames: Frame[];
    try {
      frames = read(piece);
    } catch (error) {
      return gone((error as Error).message);
    }
    if (frames.length === 0) return;
    input.pause();
    turn = turn
      .then(() => work(frames))
      .then(
        () => void input.resume(),
        (error: unknown) => gone(String(error)),
      );
  });
  // What came before the end is worked on first.
  input.on('close', () => void turn.then(() => gone()));
  input.on('error', () => undefined);
  input.resume();
  output.on('error', () => undefined);
  const send = (kind: string, ...body: readonly Buffer[]) => {
    output.cork();
    for (const part of frameParts(kind, ...body)) output.write(part);
    output.uncork();
  };
  return {
    send,
    sendJson: (kind, value) => send(kind, Buffer.from(JSON.stringify(value))),
    waiting: () => output.writableLength,
    drained: async () => {
      const isBehind = () => output.writableLength > MUCH && !output.destroyed && !isGone;
      while (isBehind()) await drainOf(output);
    },
    end: () =>
      new Promise((resolve) => {
        if (output.destroyed || isGone) return resolve();
        output.on('close', resolve);
        output.end(() => resolve());
      }),
  };
}

function drainOf(output: Pick<Duplex, 'on' | 'off'>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'error']) output.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error']) output.on(event, done);
  });
}
