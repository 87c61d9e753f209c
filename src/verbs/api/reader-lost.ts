import type { Context } from '../../context.ts';
import { failureText } from '../../ui/failure.ts';

/** Says that the calls go on, but are not read any more from now on. */
export const sayLost = (ctx: Context) => (why: string) =>
  ctx.stderr.write(failureText(`dbg does not see the calls any more, though they go on: ${why}`, []));
