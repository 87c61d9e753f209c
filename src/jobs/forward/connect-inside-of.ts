import type { Socket } from 'node:net';
import { hasEnded, type Target } from '../../enter/target.ts';
import { errorCode, errorMessage } from '../../errors.ts';
import type { Host } from '../../host/host.ts';

/** What came of connecting to a unix socket in a container. */
export type MadeInside =
  | { readonly socket: Socket; readonly why?: undefined; readonly isRefused?: undefined }
  | { readonly socket: undefined; readonly why: string; readonly isRefused: boolean };

/**
 * Connects to a unix socket by its path in a container. The path is followed inside the container's
 * files alone, and dbg stays in its own namespaces: a unix socket with a path belongs to no network
 * namespace (unix(7)). It sees dbg as the process at the other end, which is root.
 */
export async function connectInsideOf(host: Host, target: Target, path: string): Promise<MadeInside> {
  const failed = (error: unknown): MadeInside => {
    const code = errorCode(error) ?? '';
    const why = WHY[code] ?? errorMessage(error);
    return { socket: undefined, why: `${path}: ${why}`, isRefused: code === 'ECONNREFUSED' || code === 'ENOENT' };
  };
  let socket: Socket;
  try {
    socket = await host.connectInside(`/proc/${target.pid}/root`, path);
  } catch (error) {
    return failed(error);
  }
  const error = await new Promise<Error | undefined>((resolve) => {
    socket.once('error', resolve).once('connect', () => resolve(undefined));
  });
  if (error) return failed(error);
  // The process still runs, so its root was the container's: no other process had its number.
  if (!hasEnded(host, target)) return { socket };
  socket.destroy();
  return failed(new Error('the container has ended'));
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file in the container',
  ENOTDIR: 'there is no such file in the container',
  ECONNREFUSED: 'it is no socket, or nobody listens on it',
  ELOOP: 'its links lead in a circle',
  EAGAIN: 'too many connections wait to be taken there',
};
