import { basename } from 'node:path';
import type { Container } from '../../engine/container.ts';
import type { Host } from '../../host/host.ts';
import { differing } from '../joined-namespaces.ts';
import { insideId, OVERFLOW_ID } from '../../proc/id-map.ts';

/** A file that an engine keeps for a container's /etc, by the name it has there. */
export type EtcFile = keyof Container['files'];

/** More than any has; the container may write what it likes into them, and make one of any length by truncate(2). */
const LIMITS: Readonly<Record<EtcFile, number>> = { 'resolv.conf': 64 << 10, hosts: 1 << 20, hostname: 4 << 10 };

/**
 * The path, without symbolic links, of a file that the engine keeps for a container; or what is wrong with the one that it names. An
 * engine may be anybody's: it can name a wrong container, but no file that is not a container's.
 *
 * What is checked here can be mounted by its path afterwards. The container has the file alone, as a mount: it can write, truncate,
 * chmod and chown it, but rename(2) and unlink(2) of it are EBUSY, and the folder on the host is out of its sight. That folder, and
 * those above it, are root's or, with a rootless engine, that user's.
 */
export function engineFile(
  host: Host,
  container: Container,
  name: EtcFile,
): { readonly path: string } | { readonly wrong: string } {
  const named = container.files[name];
  const path = named.startsWith('/') ? host.realPath(named) : undefined;
  const facts = path === undefined ? undefined : host.lookBelow('/', path);
  if (path === undefined || facts === undefined) return { wrong: `${named} cannot be read: the engine's file for it` };
  const { pid } = container.state;
  const isNamed = basename(path) === name && facts.links === 1;
  // A container that shares the network of one that shares another's has that one's files, which nothing that the engine says leads to:
  // but it sees the same file.
  const isIts = isOfContainer(path, container) || host.lookBelow(`/proc/${pid}/root`, `etc/${name}`)?.id === facts.id;
  if (!isNamed || !isIts || !facts.folderOwners.every((uid) => mayKeep(host, pid, uid))) {
    return { wrong: `the engine names ${named} as its ${name}, which is not a file of "${container.name}"` };
  }
  if (facts.size <= LIMITS[name]) return { path };
  return { wrong: `${named} is ${facts.size} bytes long, which no ${name} is: its container can write into it` };
}

/** The first line of its hostname file; undefined where there is none, or what is in it is no name. */
export function engineHostname(host: Host, container: Container): string | undefined {
  const file = engineFile(host, container, 'hostname');
  const text = 'path' in file ? host.readBelow('/', file.path, LIMITS.hostname) : undefined;
  return /^[\w.-]{1,253}(?=\n|$)/.exec(text ?? '')?.[0];
}

/**
 * Docker keeps them in DATA/containers/ID, Podman in …/overlay-containers/ID/userdata. With `--network container:X` they are X's, and
 * the engine's NetworkMode is "container:" and the id of X.
 */
function isOfContainer(path: string, { id, networkMode }: Container): boolean {
  const folders = path.split('/').slice(0, -1);
  const folder = folders.at(-1) === 'userdata' ? folders.at(-2) : folders.at(-1);
  return folder === id || (networkMode === `container:${folder}` && /^[0-9a-f]{64}$/.test(folder!));
}

/** Whether a user may have a folder on the way to a container's files: root, or whoever is somebody in its own user namespace. */
function mayKeep(host: Host, pid: number, uid: number): boolean {
  if (uid === 0) return true;
  const hasOwnUsers = differing(host, pid, ['user']).length > 0;
  return hasOwnUsers && insideId(host.read(`/proc/${pid}/uid_map`) ?? '', uid) !== OVERFLOW_ID;
}
