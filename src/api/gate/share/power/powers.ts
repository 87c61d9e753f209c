import { OPERATION_PATHS } from '../../../wire/calls/operation.ts';
import { KINDS } from '../../../wire/calls/operation-table.ts';
import type { PolicyRule } from '../rule.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * What `--read-only` lets through: operations that change nothing. They do give things away: a
 * container's files, its environment, its log, its image. These are not among them:
 * - SwarmInspect and SwarmUnlockkey: their tokens and key are power over the swarm.
 * - ContainerAttachWebsocket: it types into a container.
 * - ImageSearch, DistributionInspect and GetPluginPrivileges: they make the engine connect to a
 *   place that the caller names, which may be what listens on the host alone.
 */
export const CHANGES_NOTHING = words(`
  SystemPing SystemVersion SystemInfo SystemEvents SystemDataUsage
  ContainerList ContainerInspect ContainerTop ContainerLogs ContainerChanges ContainerStats ContainerExport ContainerArchive ExecInspect
  ImageList ImageInspect ImageHistory ImageGet ImageGetAll
  NetworkList NetworkInspect VolumeList VolumeInspect PluginList PluginInspect
  NodeList NodeInspect ServiceList ServiceInspect ServiceLogs TaskList TaskInspect TaskLogs SecretList SecretInspect ConfigList ConfigInspect
`);

/**
 * Operations that are power over the host, whatever their query and body say:
 * - services and plugins have whatever mounts and rights they like;
 * - whoever joins a swarm can make services;
 * - an image that is loaded may have the name of one that others start.
 */
export const HOST_POWERS = words(`
  ImageLoad NodeUpdate PluginPull PluginCreate PluginSet PluginUpgrade PluginEnable ServiceCreate ServiceUpdate
  SwarmInit SwarmJoin SwarmUpdate SwarmInspect SwarmUnlockkey VolumeUpdate
`);

/** Operations that make the caller root in a container. */
const CONTAINER_POWERS = words(`
  ContainerCreate ContainerExec ContainerAttach ContainerAttachWebsocket PutContainerArchive ImageBuild
`);

/** Operations that are power over the host when their body or their query says so. */
const TOLD_POWERS = words('ContainerCreate ContainerExec ImageBuild ImageCreate NetworkCreate VolumeCreate');

/**
 * Of the operations that a rule lets through, those that make the caller root: on the host where
 * the rule is one with power, otherwise in a container.
 */
export function powersOf({ operations, withPower }: PolicyRule): string[] {
  if (!withPower) return [...CONTAINER_POWERS].filter((power) => operations.has(power));
  return [...TOLD_POWERS, ...HOST_POWERS].filter((power) => operations.has(power));
}

/** Kinds of things that the engine knows by one name alone. */
const ONE_NAME = new Set(['volume', 'exec', 'task']);

/**
 * What a rule names that the engine knows by other names as well, at least by an id: the container
 * "web". undefined: the rule names no such thing.
 */
export function namedSubject({ text }: PolicyRule): { readonly kind: string; readonly name: string } | undefined {
  const [, area = '', name = ''] = /\s\/([^/\s]+)\/([^/\s]+)/.exec(text) ?? [];
  const kind = Object.hasOwn(KINDS, area) ? KINDS[area] : undefined;
  if (kind === undefined || ONE_NAME.has(kind) || /^\*+$/.test(name)) return undefined;
  return OPERATION_PATHS.some(({ path }) => path === `/${area}/${name}`) ? undefined : { kind, name };
}
