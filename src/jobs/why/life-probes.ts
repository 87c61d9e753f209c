import type { Container } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Inspection } from '../../engine/inspection.ts';
import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { mountInfo } from '../../host/mount-info-of.ts';
import { parseMountInfo } from '../../proc/mount-info.ts';
import type { LastWords } from '../../why/container/facts.ts';

/**
 * in ms: how long a run may last and still be one whose program the kernel could not load. It is
 * long enough for a busy machine.
 */
const YOUNG_MS = 10_000;

/**
 * Whether the container runs or has ended well, so that there is nothing to look for in its
 * program. A container that dies again and again may be seen in a moment when it runs: it is not
 * well off.
 */
export function isWellOff({ state, restarts }: Container, now: number): boolean {
  const wasJustRestarted = restarts > 0 && (state.startedAt ?? 0) > now - YOUNG_MS;
  if (state.pid > 0) return !wasJustRestarted;
  return state.exitCode === 0 && state.error === '';
}

/**
 * How many lines are asked for. Some are empty; of the others only the last LINES_TOLD are told.
 */
const LINES_ASKED = 12;
const LINES_TOLD = 3;

/**
 * The last lines of a container's log that are not empty, or why the engine refuses to read the
 * log.
 */
export async function lastWordsOf(engine: Engine, container: Container): Promise<LastWords> {
  try {
    const lines = await engine.lastLines(container, LINES_ASKED);
    return { lines: lines.filter((line) => line.trim() !== '').slice(-LINES_TOLD), refusal: undefined };
  } catch (error) {
    if (!(error instanceof DbgError)) throw error;
    return { lines: [], refusal: error.message };
  }
}

/**
 * File systems that another machine or a program serves. It may never answer, so dbg does not look
 * into them.
 */
const REMOTE = /^(nfs|cifs|smb|fuse|9p|ceph|afs|glusterfs|lustre|autofs)/;

/**
 * The paths that a container mounts of the engine's host and that are missing there. Throws a
 * DbgError when the engine's files are not on this host.
 */
export function missingSourcesOf(
  host: Host,
  { state }: Pick<Container, 'state'>,
  { neededSources, ownPaths }: Pick<Inspection, 'neededSources' | 'ownPaths'>,
): string[] {
  if (state.pid > 0 || neededSources.length === 0) return [];
  if (!ownPaths.some((path) => path !== '' && host.exists(path)))
    throw new DbgError(`the sources of its mounts were not looked for: this host has none of the engine's files`);
  const mounts = parseMountInfo(mountInfo(host));
  const isRemote = (path: string) => {
    const around = mounts.filter(({ mountPoint }) => `${path}/`.startsWith(`${mountPoint.replace(/\/$/, '')}/`));
    return around.some(({ type }) => REMOTE.test(type));
  };
  return neededSources.filter((path) => !isRemote(path) && !host.exists(path));
}

/**
 * Published port of the host → the container that publishes it. The engine is asked only when a
 * start failed because of a port; otherwise it is empty.
 */
export async function publishersOf(engine: Engine, { state }: Container): Promise<Map<number, string>> {
  if (!/\bport\b|address already in use/.test(state.error)) return new Map();
  const all = await engine.list();
  return new Map(all.flatMap(({ name, ports }) => ports.flatMap(({ host }) => (host ? [[host, name] as const] : []))));
}
