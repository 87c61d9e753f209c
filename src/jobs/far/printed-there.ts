import type { Context } from '../../context.ts';
import { shellLine } from '../../text.ts';

/** In bytes. A line of an entry has 4 kB; a host in other hands may say anything. */
const MOST_PRINTED = 1 << 20;

/**
 * Prints what `--dry-run` prints over there as a line for here.
 * @param run runs the verb with this context
 * @param wrap gives the words that lead there
 */
export async function printedThere(
  ctx: Context,
  run: (silent: Context) => Promise<number>,
  wrap: (line: string) => readonly string[],
): Promise<number> {
  const printed: Buffer[] = [];
  let left = MOST_PRINTED;
  const code = await run(
    printingTo(ctx, (piece) => {
      if (left > 0) printed.push(Buffer.from(piece.subarray(0, left)));
      left -= Math.min(left, piece.length);
    }),
  );
  const there = Buffer.concat(printed).toString().trimEnd();
  if (there !== '') ctx.stdout.write(`${shellLine(wrap(there))}\n`);
  return code;
}

/** A context whose stdout is a function. */
export function printingTo(ctx: Context, take: (piece: Buffer) => void): Context {
  const file = {
    descriptor: -1,
    write: async (parts: readonly Buffer[]) => {
      parts.forEach(take);
      return { written: parts.reduce((sum, { length }) => sum + length, 0), error: undefined };
    },
    truncate: async () => undefined,
    close: async () => undefined,
  };
  const write = (text: string) => take(Buffer.from(text));
  return { ...ctx, stdout: { ...ctx.stdout, write, asFile: async () => file } };
}
