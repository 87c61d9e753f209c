import { asCapturingPerson } from '../capture/as-person.ts';
import type { Context } from '../context.ts';
import { whoAsked } from '../host/who-asked.ts';

/**
 * The argv that runs a capturing tool as the person who asked through sudo; unchanged when root
 * asked.
 */
export async function asWhoAsked(ctx: Context, argv: readonly string[]): Promise<readonly string[]> {
  const login = whoAsked(ctx);
  if (login === undefined || login === 'root') return argv;
  const gid = (await ctx.host.output(['id', '-g', '--', login])).trim();
  return asCapturingPerson({ login, gid }, argv);
}
