import { operationOf } from '../operation.ts';
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
const POWERS: Readonly<Record<string, string>> = {
  ContainerCreate: 'POST /containers/create',
  ContainerExec: 'POST /containers/x/exec',
  ContainerAttach: 'POST /containers/x/attach',
  ContainerAttachWebsocket: 'GET /containers/x/attach/ws',
  PutContainerArchive: 'PUT /containers/x/archive',
  ImageBuild: 'POST /build',
  Grpc: 'POST /grpc',
  PluginPull: 'POST /plugins/pull',
  PluginCreate: 'POST /plugins/create',
  PluginSet: 'POST /plugins/x/set',
  PluginUpgrade: 'POST /plugins/x/upgrade',
  ServiceCreate: 'POST /services/create',
  ServiceUpdate: 'POST /services/x/update',
  SwarmInit: 'POST /swarm/init',
  SwarmJoin: 'POST /swarm/join',
  SwarmInspect: 'GET /swarm',
  SwarmUnlockkey: 'GET /swarm/unlockkey',
};

/** The operations that a rule lets through, or keeps out, of those that make somebody root. */
export function powersOf(rule: Rule): string[] {
  const [methods, path] = rule.text.split(/\s+/);
  const own = (methods ?? '').split(',').map((method) => operationOf(method, (path ?? '').replaceAll('*', 'x')).name);
  return Object.entries(POWERS).flatMap(([operation, call]) => {
    const [method, example] = call.split(' ') as [string, string];
    return own.includes(operation) || rule.matches({ method, path: example, operation }) ? [operation] : [];
  });
}

/** The container that a rule names; undefined: it names none, or all. */
export function namedContainer({ text }: Rule): string | undefined {
  const name = /\s\/containers\/([^/]+)\/?/.exec(text)?.[1];
  return name === undefined || /^\*+$|^(?:json|create|prune)$/.test(name) ? undefined : name;
}
