import { setMaxListeners } from 'node:events';
import type { Context } from '../context.ts';

/**
 * So much later than the end, the engine's own error says that it has not answered. A fact that is
 * waited for until the end is called late before that, with the words of dbg why.
 */
const GRACE_MS = 200;

/**
 * Runs work that has `ms` in all for the answers of the engine; `left` gives how many of them are
 * left. What the work still asks for when it is over is given up: an engine that hangs would keep
 * dbg from ending.
 */
export async function inTime<T>(
  ctx: Context,
  ms: number,
  work: (patient: Context, left: () => number) => Promise<T>,
): Promise<T> {
  const end = ctx.clock() + ms;
  const left = () => Math.max(1, end - ctx.clock());
  const over = new AbortController();
  // Each answer that is waited for listens. Node warns of more than ten as of a leak.
  setMaxListeners(0, over.signal);
  const engine: Context['engine'] = async (wish) => (await ctx.engine(wish)).within(left() + GRACE_MS, over.signal);
  try {
    return await work({ ...ctx, engine }, left);
  } finally {
    over.abort();
  }
}
