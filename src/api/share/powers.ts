import { KINDS, OPERATION_PATHS } from '../operation.ts';
import type { Rule } from './policy.ts';

/**
 * What `--read-only` lets through: operations that change nothing. They do give things away: a container's files, its environment, its
 * log, its image. Not among them: SwarmInspect and SwarmUnlockkey, whose tokens and key are power over the swarm, and
 * ContainerAttachWebsocket, which types into a container.
 */
export const CHANGES_NOTHING: ReadonlySet<string> = new Set(
  `
  SystemPing SystemVersion SystemInfo SystemEvents SystemDataUsage
  ContainerList ContainerInspect ContainerTop ContainerLogs ContainerChanges ContainerStats ContainerExport ContainerArchive ExecInspect
  ImageList ImageSearch ImageInspect ImageHistory ImageGet ImageGetAll DistributionInspect
  NetworkList NetworkInspect VolumeList VolumeInspect PluginList PluginInspect GetPluginPrivileges
  NodeList NodeInspect ServiceList ServiceInspect ServiceLogs TaskList TaskInspect TaskLogs SecretList SecretInspect ConfigList ConfigInspect
  `
    .trim()
    .split(/\s+/),
);

/** Who may do one of these is root on the host, or in a container: by what is mounted, by --privileged, or by a plugin. */
const POWERS = `
  ContainerCreate ContainerExec ContainerAttach ContainerAttachWebsocket PutContainerArchive ImageBuild Grpc
  PluginPull PluginCreate PluginSet PluginUpgrade ServiceCreate ServiceUpdate SwarmInit SwarmJoin SwarmInspect SwarmUnlockkey
  `
  .trim()
  .split(/\s+/);

/** The operations that a rule lets through, or keeps out, of those that make somebody root. */
export const powersOf = ({ operations }: Rule): string[] => POWERS.filter((power) => operations.has(power));

/** Kinds that the engine knows by one name alone. */
const ONE_NAME = new Set(['volume', 'exec', 'task']);

/** What a rule names that has other names as well, an id at least: the container "web". */
export function namedSubject({ text }: Rule): { readonly kind: string; readonly name: string } | undefined {
  const [, area = '', name = ''] = /\s\/([^/]+)\/([^/]+)/.exec(text) ?? [];
  const kind = Object.hasOwn(KINDS, area) ? KINDS[area] : undefined;
  if (kind === undefined || ONE_NAME.has(kind) || /^\*+$/.test(name)) return undefined;
  return OPERATION_PATHS.some(({ path }) => path === `/${area}/${name}`) ? undefined : { kind, name };
}
