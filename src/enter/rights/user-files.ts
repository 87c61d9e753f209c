import type { Host } from '../../host/host.ts';

/**
 * Enough for thousands of users. The container may have made the file of any length; what is beyond
 * this limit is not seen.
 */
const LIMIT = 1 << 20;

/**
 * The text of a container's own passwd(5) or group(5), empty where there is none. The file may be
 * anything, even a link to a file of the host's, so no link is followed.
 */
export const userFile = (host: Host, pid: number, name: 'passwd' | 'group'): string =>
  host.readBelow(`/proc/${pid}/root`, `etc/${name}`, LIMIT) ?? '';

/**
 * Whether this is the number of a user or a group, as docker accepts it. The largest number of 32
 * bits means "unchanged" to setresuid(2), which would leave the program root's.
 */
export const isId = (text: string | undefined): boolean => /^\d{1,10}$/.test(text ?? '') && Number(text) < 2 ** 31;
