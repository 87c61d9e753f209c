import { parseMountInfo } from '../../proc/mount-info.ts';
import type { Container } from '../../engine/container.ts';
import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { mountInfo } from '../../host/mount-info-of.ts';
import { engineFile, type EtcFile } from './engine-file.ts';

/**
 * What a host's tool sees of the container besides its namespaces. It is made of mounts, in a mount
 * namespace of the tool's own.
 */
export interface ContainerView {
  /** the mounts, in the form of fstab(5) */
  readonly fstab: string;
  /** the text of /etc/nsswitch.conf in the view; empty when the host has no such file */
  readonly nsswitch: string;
  /** the paths that are no longer the host's, for people */
  readonly changed: readonly string[];
}

interface Mount {
  readonly source: string;
  readonly target: string;
  readonly type?: string;
  readonly options: string;
}

/**
 * File systems below /sys that do not belong to a network namespace. A new sysfs would hide them,
 * so they are bound into it.
 */
const KEPT_OF_SYS = ['fs/cgroup', 'fs/bpf', 'kernel/debug', 'kernel/tracing', 'kernel/security', 'fs/fuse/connections'];

/**
 * The sockets by which programs ask the host's resolver and pass over resolv.conf: those of nscd
 * and systemd-resolved (nss-resolve, resolvectl), and the system bus, which resolvectl before
 * systemd 254 uses. Without them, programs fall back to what the files say, or fail.
 */
const RESOLVER_SOCKETS = [
  '/run/nscd/socket',
  '/run/systemd/resolve/io.systemd.Resolve',
  '/run/systemd/resolve/io.systemd.Resolve.Monitor',
  '/run/dbus/system_bus_socket',
];

/**
 * The view for an entry that joins the container's network. Reads the host; changes nothing. Throws
 * a DbgError when a file of the container is not what it should be (engine-file.ts), or when the
 * host lacks the file in whose place it would be seen. Otherwise a tool would ask the wrong
 * resolver.
 */
export function planView(host: Host, container: Container): ContainerView {
  const nsswitch = filesAndDns(host.read('/etc/nsswitch.conf'));
  const needed = (['resolv.conf', 'hosts'] as const).filter((name) => container.files[name] !== '');
  // The hostname file is left out where it cannot be had: it is of little use to tools. A host can
  // be without it, as systemd has a default name.
  const hostname = engineFile(host, container, 'hostname');
  const etc = [
    ...(nsswitch === '' ? [] : [{ source: '/sys/module/nsswitch.conf', target: '/etc/nsswitch.conf' }]),
    ...needed.map((name) => ({ source: neededFile(host, container, name), target: `/etc/${name}` })),
    ...('path' in hostname && host.exists('/etc/hostname') ? [{ source: hostname.path, target: '/etc/hostname' }] : []),
  ];
  const bound = etc.map((each): Mount => ({ ...each, options: 'bind' }));
  const masked = RESOLVER_SOCKETS.filter((socket) => host.exists(socket)).map((target): Mount => ({
    source: '/dev/null',
    target,
    options: 'bind',
  }));
  return {
    // nsswitch.conf lies in a folder of the old /sys, so it is bound before the new /sys covers
    // that.
    fstab: [...bound, ...masked, ...sysfs(mountPoints(host))].map(fstabLine).join('\n'),
    nsswitch,
    changed: ['/sys', ...etc.map(({ target }) => target)],
  };
}

function neededFile(host: Host, container: Container, name: EtcFile): string {
  const file = engineFile(host, container, name);
  if ('path' in file && host.exists(`/etc/${name}`)) return file.path;
  const wrong =
    'wrong' in file
      ? file.wrong
      : `/etc/${name} of this host cannot be read, so the container's cannot be mounted in its place`;
  throw new DbgError(wrong, {
    next: [{ what: "with the host's /sys and resolver", command: 'dbg … --host-view …' }],
  });
}

/**
 * The mounts that put a new sysfs over /sys. A sysfs shows the devices of the network namespace in
 * which it is mounted (fs/sysfs/mount.c). The new one is made in the tmpfs on /sys/module, gets the
 * file systems that are kept, and is then bound over all of /sys.
 *
 * A shell of dbg's already has such a sysfs, maybe of another container. `mount -a` leaves out an
 * entry whose names are in the mount table already (mount(8)). So each sysfs has a name of its own.
 */
function sysfs(mounted: ReadonlySet<string>): Mount[] {
  const outer = [...mounted].filter((path) => /^\/sys\/module\/dbg-\d+$/.test(path)).length;
  const folder = `/sys/module/dbg-${outer}`;
  const kept = KEPT_OF_SYS.filter((path) => mounted.has(`/sys/${path}`));
  return [
    { source: `dbg-${outer}`, target: folder, type: 'sysfs', options: 'nosuid,nodev,noexec,X-mount.mkdir' },
    ...kept.map((path) => ({ source: `/sys/${path}`, target: `${folder}/${path}`, options: 'rbind' })),
    { source: folder, target: '/sys', options: 'rbind' },
  ];
}

/** The mount points that dbg sees: field 5 of /proc/self/mountinfo (proc(5)). */
function mountPoints(host: Host): Set<string> {
  return new Set(parseMountInfo(mountInfo(host)).map(({ mountPoint }) => mountPoint));
}

/**
 * The host's nsswitch.conf(5), changed so that every database is looked up in the files alone, and
 * hosts in DNS too. `resolve`, `mdns` and `myhostname` answer for the host. `ldap` and the like
 * would ask their servers from inside the container's network, and hang.
 */
function filesAndDns(nsswitch: string | undefined): string {
  const databases = [...(nsswitch ?? '').matchAll(/^\s*(\w+):/gm)].map(([, database]) => database);
  return databases.map((database) => `${database}: files${database === 'hosts' ? ' dns' : ''}`).join('\n');
}

/**
 * Lines of fstab(5) that bind each path over itself, read-only: a bind mount has a read-only flag
 * of its own (mount(8)).
 */
export const readOnlyLines = (paths: readonly string[]): string[] =>
  paths.map((path) => fstabLine({ source: path, target: path, options: 'rbind,ro' }));

/** A line of fstab(5). Blanks, backslashes and `#` are written in octal there. */
function fstabLine({ source, target, type = 'none', options }: Mount): string {
  const word = (text: string) =>
    text.replace(/[\s\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `${word(source)} ${word(target)} ${type} ${options} 0 0`;
}
