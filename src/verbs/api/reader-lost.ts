import type { Context } from '../../context.ts';
import { failureText } from '../../ui/failure.ts';

/** Says that the calls go on, but are not read any more from now on. */
export const sayLost = (ctx: Context) => (why: string) =>
  ctx.stderr.write(failureText(`what comes now is not seen any more, though it goes on: ${why}`, []));
