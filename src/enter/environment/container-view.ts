import { parseMountInfo } from '../../proc/mount-info.ts';
import type { Container } from '../../engine/container.ts';
import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { mountInfo } from '../../host/mount-info-of.ts';
import { engineFile, type EtcFile } from './engine-file.ts';

/** What a host tool sees of the container besides its namespaces: mounts in a mount namespace of the tool's own. */
export interface ContainerView {
  /** the mounts, in the form of fstab(5) */
  readonly fstab: string;
  /** what /etc/nsswitch.conf then says; empty when the host has none */
  readonly nsswitch: string;
  /** what is not the host's any more, for people */
  readonly changed: readonly string[];
}

interface Mount {
  readonly source: string;
  readonly target: string;
  readonly type?: string;
  readonly options: string;
}

/** File systems below /sys that do not belong to a network namespace: a new sysfs hides them, so they are bound back. */
const KEPT_OF_SYS = ['fs/cgroup', 'fs/bpf', 'kernel/debug', 'kernel/tracing', 'kernel/security', 'fs/fuse/connections'];

/**
 * Sockets by which programs ask the host's resolver past resolv.conf: nscd, systemd-resolved (nss-resolve, resolvectl), and
 * the system bus, by which resolvectl before systemd 254 asks. Without them they fall back to what the files say, or fail.
 */
const RESOLVER_SOCKETS = [
  '/run/nscd/socket',
  '/run/systemd/resolve/io.systemd.Resolve',
  '/run/systemd/resolve/io.systemd.Resolve.Monitor',
  '/run/dbus/system_bus_socket',
];

/**
 * The view for a container whose network is joined. Reads the host; changes nothing. Throws a DbgError when a file of the container
 * is not what it should be (engine-file.ts), or the host has none in whose place it could be seen: a tool would then ask the wrong resolver.
 */
export function planView(host: Host, container: Container): ContainerView {
  const nsswitch = filesAndDns(host.read('/etc/nsswitch.conf'));
  const needed = (['resolv.conf', 'hosts'] as const).filter((name) => container.files[name] !== '');
  // Of little use to tools, and hosts go without: systemd has a default name.
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
    // nsswitch.conf lies in the old /sys: it is bound before the new one covers it.
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
      : `/etc/${name} cannot be read: the host's, in whose place the container's would be seen`;
  throw new DbgError(wrong, {
    next: [{ what: "with the host's /sys and resolver", command: 'dbg … --host-view …' }],
  });
}

/**
 * A sysfs shows the devices of the network namespace in which it is mounted (fs/sysfs/mount.c). It is made in the tmpfs on
 * /sys/module, gets what is kept, and is then put over all of /sys. In a shell of dbg's there is such a one already, of another
 * container maybe, and `mount -a` leaves out what by its names is in the mount table (mount(8)): so each has a name of its own.
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

/** Where something is mounted: field 5 of /proc/self/mountinfo (proc(5)). */
function mountPoints(host: Host): Set<string> {
  return new Set(parseMountInfo(mountInfo(host)).map(({ mountPoint }) => mountPoint));
}

/**
 * The host's nsswitch.conf(5), with every database asked of the files alone, and hosts of DNS too. `resolve`, `mdns` and
 * `myhostname` answer for the host; `ldap` and the like would ask their servers from inside the container's network, and hang.
 */
function filesAndDns(nsswitch: string | undefined): string {
  const databases = [...(nsswitch ?? '').matchAll(/^\s*(\w+):/gm)].map(([, database]) => database);
  return databases.map((database) => `${database}: files${database === 'hosts' ? ' dns' : ''}`).join('\n');
}

/** What is bound over itself so that nothing can be written through it: a bind mount has a read-only flag of its own (mount(8)). */
export const readOnlyLines = (paths: readonly string[]): string[] =>
  paths.map((path) => fstabLine({ source: path, target: path, options: 'rbind,ro' }));

/** A line of fstab(5), where blanks and backslashes are written in octal. */
function fstabLine({ source, target, type = 'none', options }: Mount): string {
  const word = (text: string) =>
    text.replace(/[\s\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `${word(source)} ${word(target)} ${type} ${options} 0 0`;
}
