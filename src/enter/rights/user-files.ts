import type { Host } from '../../host/host.ts';

/**
 * Enough for thousands of users: the container may have made the file of any length. What is behind
 * that is not seen.
 */
const LIMIT = 1 << 20;

/**
 * A container's own passwd(5) or group(5), empty where there is none. It may be anything, a link to
 * the host's included: it is read without following one.
 */
export const userFile = (host: Host, pid: number, name: 'passwd' | 'group'): string =>
  host.readBelow(`/proc/${pid}/root`, `etc/${name}`, LIMIT) ?? '';

/**
 * Whether this is the number of a user or a group, as docker takes it. The largest of 32 bits means
 * "unchanged" to setresuid(2): a program would stay root's.
 */
export const isId = (text: string | undefined): boolean => /^\d{1,10}$/.test(text ?? '') && Number(text) < 2 ** 31;
