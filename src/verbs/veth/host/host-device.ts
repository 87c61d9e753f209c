import type { Context } from '../../../context.ts';
import { matching } from '../../../engine/match.ts';

/**
 * Whether the name that was given for a container is a host device's, and no container answers to it. The engine is asked only
 * where such a device is: nobody else pays for it.
 */
export async function isHostDevice(ctx: Context, ref: string | undefined, options: object): Promise<boolean> {
  const isOnlyLook = Object.keys(options).every((name) => name === 'json');
  if (ref === undefined || !isOnlyLook || !/^(?!\.+$)[^/\s:]{1,15}$/.test(ref)) return false;
  if (!ctx.host.exists(`/sys/class/net/${ref}`)) return false;
  return matching(await (await ctx.engine()).list(), ref).containers.length === 0;
}
