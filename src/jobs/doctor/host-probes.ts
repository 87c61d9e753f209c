import type { Context } from '../../context.ts';
import { configFolder } from '../../engine/choice/docker-config.ts';
import type { Host } from '../../host/host.ts';
import { type Kernel, type KernelPart, supportOf } from '../../host/kernel.ts';
import { mountInfo } from '../../host/mount-info-of.ts';
import { labelOf } from '../../process/rights.ts';
import { parseCgroupMounts } from '../../proc/cgroup.ts';
import { capabilities, parseStatus } from '../../proc/pid/status.ts';
import { shellLine } from '../../text.ts';
import type { Confinement, KernelInterfaces, OwnRights, ToolSeen } from '../../why/doctor/doctor-facts.ts';
import { TOOLS } from '../../why/doctor/tools.ts';
import ASK_TOOL from './ask-tool.sh';

/** The variables by which docker's CLI finds the engine. */
const ENGINE_VARIABLES = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'];

/**
 * The line that has root look at the engine that the person means. sudo drops the person's
 * variables, and root has another configuration of docker's.
 */
function lineAsRoot({ env, host }: Context): string {
  const config = host.exists(`${configFolder(env)}/config.json`) ? [`DOCKER_CONFIG=${configFolder(env)}`] : [];
  const variables = ENGINE_VARIABLES.flatMap((name) => (env[name] ? [`${name}=${env[name]}`] : []));
  return shellLine(['sudo', ...variables, ...config, 'dbg', 'doctor']);
}

/** What dbg's own process may do. */
export function ownRights(ctx: Context): OwnRights {
  const { host } = ctx;
  const status = parseStatus(host.read('/proc/self/status') ?? '');
  const { uid, effectiveSet, boundingSet, noNewPrivileges, hasSeccompFilter } = status;
  return {
    isRoot: host.isRoot,
    lineAsRoot: lineAsRoot(ctx),
    uid,
    capabilities: capabilities(host.isRoot ? effectiveSet : boundingSet),
    noNewPrivileges,
    hasSeccompFilter,
    label: labelOf(host, Number(host.link('/proc/self'))),
  };
}

/** What nft speaks with the kernel by. */
const NFNETLINK: KernelPart = { option: 'CONFIG_NETFILTER_NETLINK', module: 'nfnetlink' };

/**
 * Each program of the host that dbg runs, and what it says of itself. nft opens a socket to the
 * kernel even for `nft --version`, and the kernel then loads nfnetlink. So nft is not asked where
 * that would load the module. No other of these programs opens a socket. Each has a second, and
 * `slow` times as long on a host that is so busy.
 */
export async function toolsSeen({ host }: Context, kernel: Kernel, slow = 1): Promise<ReadonlyMap<string, ToolSeen>> {
  const wouldLoad = supportOf(kernel, NFNETLINK) === 'loadable' ? 'nft' : undefined;
  const seen = TOOLS.map(async ({ name, ask }): Promise<[string, ToolSeen]> => {
    const found = host.find(name);
    if (found.kind !== 'found' || ask.length === 0 || name === wouldLoad) return [name, { found, said: undefined }];
    // A program of a wrong format cannot even be started.
    const said = await host
      .output(['sh', '-c', ASK_TOOL, 'dbg-doctor', slow.toFixed(1), found.path, ...ask])
      .catch(() => '');
    return [name, { found, said }];
  });
  return new Map(await Promise.all(seen));
}

export function kernelInterfaces({ host }: Context): KernelInterfaces {
  const own = host.link('/proc/self') ?? 'self';
  const mounts = parseCgroupMounts(mountInfo(host));
  const places = (isV2: boolean) =>
    mounts.filter(({ controllers }) => (controllers === undefined) === isV2).map(({ mountPoint }) => mountPoint);
  return {
    namespaces: host.entries('/proc/self/ns').filter((name) => !name.includes('_')),
    hasPacketSockets: host.exists('/proc/net/packet'),
    hasPressure: host.exists('/proc/pressure/cpu'),
    hasChildren: host.exists(`/proc/${own}/task/${own}/children`),
    cgroups: { v1: places(false), v2: places(true) },
  };
}

/** The security modules of this host, as far as they can be in dbg's way. */
export function confinementOf({ host }: Context): Confinement {
  const isAppArmor = host.read('/sys/module/apparmor/parameters/enabled')?.trim() === 'Y';
  const enforce = host.read('/sys/fs/selinux/enforce')?.trim();
  const scope = host.read('/proc/sys/kernel/yama/ptrace_scope')?.trim();
  return {
    appArmor: isAppArmor ? { profiles: toolProfiles(host) } : undefined,
    seLinux: enforce === undefined ? undefined : enforce === '1' ? 'enforcing' : 'permissive',
    ptraceScope: scope === undefined ? undefined : Number(scope),
  };
}

/**
 * The profiles of AppArmor that are for tools of dbg's: lines such as "/usr/bin/tcpdump (enforce)"
 * or "tcpdump (enforce)".
 */
function toolProfiles(host: Host): string[] | undefined {
  const text = host.read('/sys/kernel/security/apparmor/profiles');
  const names: ReadonlySet<string> = new Set(TOOLS.map(({ name }) => name));
  return text
    ?.split('\n')
    .filter((line) =>
      names.has(
        line
          .replace(/ \(\w+\)$/, '')
          .split('/')
          .at(-1)!,
      ),
    )
    .slice(0, TOOLS.length);
}
