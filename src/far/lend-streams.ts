import { closeSync, constants as fs, openSync, readSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { LentStreams } from '../host/lent-streams.ts';
import { openPipe, openPipeTo, type Pipe } from '../host/run/pipe.ts';
import type { Channel } from './channel.ts';
import { FROM_FAR, sendBytes } from './far-frames.ts';

/** How much of stdin is on its way or waits for the program, in bytes. */
const STDIN_AHEAD = 256 << 10;

/**
 * Gives programs of the far side pipes in place of its own stdin, stdout and stderr, and sends on
 * what they write. `takeStdin` gets the pipe into which the person's stdin belongs.
 */
export function lendStreams(channel: Channel, takeStdin: (socket: Socket) => void): LentStreams {
  let isAsked = false;
  return async () => {
    const [stdin, stdout, stderr] = await Promise.all([openPipeTo(), openPipe(), openPipe()]);
    takeStdin(stdin.writer);
    if (!isAsked) channel.sendJson(FROM_FAR.wantsStdin, STDIN_AHEAD);
    isAsked = true;
    const forwarded = [forward(channel, FROM_FAR.stdout, stdout), forward(channel, FROM_FAR.stderr, stderr)];
    const descriptors = [stdin.readEnd, stdout.writeEnd, stderr.writeEnd] as const;
    return {
      descriptors,
      started: () => descriptors.forEach((fd) => closeSync(fd)),
      ended: async () => {
        stdin.writer.destroy();
        await Promise.all(forwarded.map((each) => each.emptied()));
      },
    };
  };
}

/**
 * Sends on what a program writes. `emptied` is called when the program has ended: it resolves when
 * all that the program wrote was sent. What it started may hold the pipe open, and write on for
 * ever: that is not waited for.
 */
function forward(channel: Channel, kind: string, { reader, writeEnd }: Pipe): { emptied(): Promise<void> } {
  // Another descriptor for the same end: a pipe's end can be opened anew (proc(5)).
  const readEnd = openSync(`/proc/self/fd/${writeEnd}`, fs.O_RDONLY | fs.O_NONBLOCK);
  reader.on('data', (bytes: Buffer) => {
    sendBytes(channel, kind, bytes);
    reader.pause();
    void channel.drained().then(() => reader.resume());
  });
  reader.on('error', () => undefined);
  return {
    emptied: async () => {
      // What Node has read already comes as `data`; then the rest is read here, and not by Node.
      reader.pause();
      while (reader.read() !== null);
      reader.destroy();
      let bytes: Buffer | undefined;
      for (let left = MOST_IN_PIPE; left > 0 && (bytes = readNow(readEnd)) !== undefined; left -= bytes.length) {
        sendBytes(channel, kind, bytes);
        await channel.drained();
      }
      closeSync(readEnd);
    },
  };
}

/** In bytes: a pipe can hold no more, unless root has made it so (pipe(7), pipe-max-size). */
const MOST_IN_PIPE = 1 << 20;

/** What is in a pipe now; undefined when it is empty. */
function readNow(descriptor: number): Buffer | undefined {
  const buffer = Buffer.alloc(65_536);
  try {
    const count = readSync(descriptor, buffer);
    return count === 0 ? undefined : buffer.subarray(0, count);
  } catch {
    return undefined;
  }
}
