import type { Readable } from 'node:stream';

/** How much a login shell may print before, in bytes. */
const MOST_NOISE = 64 << 10;

/**
 * The word of the next line that begins with "dbg-far"; undefined when none comes. What follows the
 * line stays in the stream.
 */
export function farStatus(stream: Readable): Promise<string | undefined> {
  return new Promise((resolve) => {
    let before = Buffer.alloc(0);
    const done = (word: string | undefined, rest?: Buffer) => {
      stream.off('data', onData).off('close', onEnd);
      stream.pause();
      if (rest && rest.length > 0) stream.unshift(rest);
      resolve(word);
    };
    const onData = (piece: Buffer) => {
      before = Buffer.concat([before, piece]);
      const found = /(?:^|\n)dbg-far (\S+)\n/.exec(before.toString('latin1'));
      if (found) done(found[1], before.subarray(found.index + found[0].length));
      else if (before.length > MOST_NOISE) done(undefined);
    };
    const onEnd = () => done(undefined);
    stream.on('data', onData).on('close', onEnd);
    stream.resume();
  });
}
