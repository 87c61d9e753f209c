import { OPERATION_PATHS } from '../../../wire/calls/operation.ts';
import { KINDS } from '../../../wire/calls/operation-table.ts';
import type { PolicyRule } from '../rule.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * What `--read-only` lets through: operations that change nothing. They do give things away: a container's files, its environment, its
 * log, its image. Not among them: SwarmInspect and SwarmUnlockkey, whose tokens and key are power over the swarm;
 * ContainerAttachWebsocket, which types into a container; ImageSearch, DistributionInspect and GetPluginPrivileges, which have the engine
 * connect to where the caller says, so also to what listens on the host alone.
 */
export const CHANGES_NOTHING = words(`
  SystemPing SystemVersion SystemInfo SystemEvents SystemDataUsage
  ContainerList ContainerInspect ContainerTop ContainerLogs ContainerChanges ContainerStats ContainerExport ContainerArchive ExecInspect
  ImageList ImageInspect ImageHistory ImageGet ImageGetAll
  NetworkList NetworkInspect VolumeList VolumeInspect PluginList PluginInspect
  NodeList NodeInspect ServiceList ServiceInspect ServiceLogs TaskList TaskInspect TaskLogs SecretList SecretInspect ConfigList ConfigInspect
`);

/**
 * Operations that are power over the host, whatever they are told: services and plugins have what mounts and rights they like, whoever joins
 * a swarm can make services, and an image that is loaded may have the name of one that others start.
 */
export const HOST_POWERS = words(`
  ImageLoad NodeUpdate PluginPull PluginCreate PluginSet PluginUpgrade PluginEnable ServiceCreate ServiceUpdate
  SwarmInit SwarmJoin SwarmUpdate SwarmInspect SwarmUnlockkey VolumeUpdate
`);

/** Who may do one of these is root in a container. */
const CONTAINER_POWERS = words(`
  ContainerCreate ContainerExec ContainerAttach ContainerAttachWebsocket PutContainerArchive ImageBuild
`);

/** Operations that are power over the host when they are told so: by their body or their query. */
const TOLD_POWERS = words('ContainerCreate ContainerExec ImageBuild ImageCreate NetworkCreate VolumeCreate');

/** The operations that a rule lets through of those that make somebody root: on the host where the rule says so, else in a container. */
export function powersOf({ operations, withPower }: PolicyRule): string[] {
  if (!withPower) return [...CONTAINER_POWERS].filter((power) => operations.has(power));
  return [...TOLD_POWERS, ...HOST_POWERS].filter((power) => operations.has(power));
}

/** Kinds that the engine knows by one name alone. */
const ONE_NAME = new Set(['volume', 'exec', 'task']);

/** What a rule names that has other names as well, an id at least: the container "web". */
export function namedSubject({ text }: PolicyRule): { readonly kind: string; readonly name: string } | undefined {
  const [, area = '', name = ''] = /\s\/([^/\s]+)\/([^/\s]+)/.exec(text) ?? [];
  const kind = Object.hasOwn(KINDS, area) ? KINDS[area] : undefined;
  if (kind === undefined || ONE_NAME.has(kind) || /^\*+$/.test(name)) return undefined;
  return OPERATION_PATHS.some(({ path }) => path === `/${area}/${name}`) ? undefined : { kind, name };
}
