import type { Context } from '../../context.ts';
import { failureText } from '../../ui/failure.ts';

/** Says that what comes now is not read any more. */
export const sayLost = (ctx: Context) => (why: string) =>
  ctx.stderr.write(failureText(`what comes now is not seen any more, though it goes on: ${why}`, []));
