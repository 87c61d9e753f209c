import { basename } from 'node:path';
import type { Container } from '../../engine/container.ts';
import type { Host } from '../../host/host.ts';
import { differing } from '../joined-namespaces.ts';
import { insideId, OVERFLOW_ID } from '../../proc/pid/id-map.ts';

/** A file that an engine keeps for a container's /etc, by its name there. */
export type EtcFile = keyof Container['files'];

/**
 * In bytes, more than any such file has. The container may write anything into them, and make one
 * of any length by truncate(2).
 */
const LIMITS: Readonly<Record<EtcFile, number>> = { 'resolv.conf': 64 << 10, hosts: 1 << 20, hostname: 4 << 10 };

/**
 * The path of a file that the engine keeps for a container, without symbolic links; or what is
 * wrong with the path that the engine names. An engine may be anybody's: it can name a wrong
 * container, but no file that is not a container's.
 *
 * The path can be mounted after this check. The container has the file alone, as a mount: it can
 * write, truncate, chmod and chown it. But its rename(2) and unlink(2) of the file give EBUSY, and
 * it does not see the folder on the host. That folder and those above it belong to root or, with a
 * rootless engine, to the user of the engine.
 */
export function engineFile(
  host: Host,
  container: Container,
  name: EtcFile,
): { readonly path: string } | { readonly wrong: string } {
  const named = container.files[name];
  const path = named.startsWith('/') ? host.realPath(named) : undefined;
  const facts = path === undefined ? undefined : host.lookBelow('/', path);
  if (path === undefined || facts === undefined)
    return { wrong: `the engine keeps ${name} of "${container.name}" in ${named}, which cannot be read` };
  const { pid } = container.state;
  const isNamed = basename(path) === name && facts.links === 1;
  // Say that a container shares the network of a second one, which shares that of a third. The
  // first then has the third one's files, and no field of the engine's answer leads to that one.
  // But the container itself sees the same file.
  const isIts = isOfContainer(path, container) || host.lookBelow(`/proc/${pid}/root`, `etc/${name}`)?.id === facts.id;
  if (!isNamed || !isIts || !facts.folderOwners.every((uid) => mayKeep(host, pid, uid))) {
    return { wrong: `the engine names ${named} as its ${name}, which is not a file of "${container.name}"` };
  }
  if (facts.size <= LIMITS[name]) return { path };
  return { wrong: `${named} is ${facts.size} bytes long, too long for a ${name}: its container may have filled it` };
}

/**
 * The first line of the container's hostname file; undefined when there is no file, or the line is
 * no name.
 */
export function engineHostname(host: Host, container: Container): string | undefined {
  const file = engineFile(host, container, 'hostname');
  const text = 'path' in file ? host.readBelow('/', file.path, LIMITS.hostname) : undefined;
  return /^[\w.-]{1,253}(?=\n|$)/.exec(text ?? '')?.[0];
}

/**
 * Whether the path is in a folder of the container's. Docker keeps the files in DATA/containers/ID,
 * Podman in …/overlay-containers/ID/userdata. With `--network container:X` they are the files of X,
 * and the engine's NetworkMode is "container:" and the id of X.
 */
function isOfContainer(path: string, { id, networkMode }: Container): boolean {
  const folders = path.split('/').slice(0, -1);
  const folder = folders.at(-1) === 'userdata' ? folders.at(-2) : folders.at(-1);
  return folder === id || (networkMode === `container:${folder}` && /^[0-9a-f]{64}$/.test(folder!));
}

/**
 * Whether a user may own a folder on the way to a container's files: root, or a user that has a
 * number in the container's own user namespace.
 */
function mayKeep(host: Host, pid: number, uid: number): boolean {
  if (uid === 0) return true;
  const hasOwnUsers = differing(host, pid, ['user']).length > 0;
  return hasOwnUsers && insideId(host.read(`/proc/${pid}/uid_map`) ?? '', uid) !== OVERFLOW_ID;
}
