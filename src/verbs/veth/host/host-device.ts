import type { Context } from '../../../context.ts';
import { matching } from '../../../engine/match.ts';

/**
 * Whether the person gave the name of a host device in place of a container, and no container has
 * that name. The engine is asked only where such a device exists, so that other calls do not pay
 * for it.
 */
export async function isHostDevice(ctx: Context, ref: string | undefined, options: object): Promise<boolean> {
  const isOnlyLook = Object.keys(options).every((name) => name === 'json');
  if (ref === undefined || !isOnlyLook || !/^(?!\.+$)[^/\s:]{1,15}$/.test(ref)) return false;
  if (!ctx.host.exists(`/sys/class/net/${ref}`)) return false;
  return matching(await (await ctx.engine()).list(), ref).containers.length === 0;
}
