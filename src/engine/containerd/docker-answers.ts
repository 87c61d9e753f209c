import type { ContainerInfo, Task } from './ctr-output.ts';

/** A container of containerd's. */
export interface ContainerdContainer {
  /** containerd's own namespace, which has nothing to do with the kernel's: "k8s.io", "default" */
  readonly namespace: string;
  readonly info: ContainerInfo;
  /** undefined: it has no process */
  readonly task: Task | undefined;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The labels that Kubernetes' and nerdctl's containers have (containerd, pkg/cri/labels). */
const [POD, POD_NAMESPACE, CONTAINER, NERDCTL] = [
  'io.kubernetes.pod.name',
  'io.kubernetes.pod.namespace',
  'io.kubernetes.container.name',
  'nerdctl/name',
];

/** A pod's own container, which holds its namespaces and runs nothing but /pause. */
const isSandbox = ({ info }: ContainerdContainer) => info.Labels?.['io.cri-containerd.kind'] === 'sandbox';

/**
 * What people call a container: POD/CONTAINER in Kubernetes, nerdctl's name, or the first digits of
 * its id. Where several namespaces have a pod of that name, NAMESPACE/POD/CONTAINER: a shorter name
 * would be a guess.
 */
function nameOf(container: ContainerdContainer, all: readonly ContainerdContainer[]): string {
  const { info } = container;
  const { pod, namespace, name } = podOf(container);
  if (pod === '' || name === '') return text(info.Labels?.[NERDCTL]) || text(info.ID).slice(0, 12);
  const isTwice = all.map(podOf).some((other) => other.pod === pod && other.namespace !== namespace);
  return isTwice ? `${namespace}/${pod}/${name}` : `${pod}/${name}`;
}

const podOf = ({ info: { Labels } }: ContainerdContainer) => ({
  pod: text(Labels?.[POD]),
  namespace: text(Labels?.[POD_NAMESPACE]),
  name: text(Labels?.[CONTAINER]),
});

/** Docker's words for the states of a task. */
const STATES: Readonly<Record<string, string>> = { RUNNING: 'running', PAUSED: 'paused', CREATED: 'created' };
const stateOf = ({ task }: ContainerdContainer) => STATES[task?.status ?? ''] ?? 'exited';

/** Only ids of this form are a container's for dbg: src/engine/parse-container.ts says why. */
const isKnown = ({ info }: ContainerdContainer) => /^[\da-f]{64}$/.test(text(info.ID));

/** The answer to GET /containers/json. */
export function listAnswer(all: readonly ContainerdContainer[]): object[] {
  const shown = all.filter((each) => isKnown(each) && !isSandbox(each));
  return shown.map((each) => ({
    Id: each.info.ID,
    Names: [`/${nameOf(each, shown)}`],
    Image: text(each.info.Image),
    State: stateOf(each),
    Status: stateOf(each),
    Labels: { ...each.info.Labels, 'containerd.namespace': each.namespace },
    HostConfig: { NetworkMode: networkMode(each) },
    NetworkSettings: { Networks: {} },
    Ports: [],
  }));
}

/**
 * The answer to GET /containers/{ref}/json; undefined when no container, or more than one, has that
 * name, id or beginning of an id.
 */
export function inspectAnswer(all: readonly ContainerdContainer[], ref: string): object | undefined {
  const shown = all.filter((each) => isKnown(each) && !isSandbox(each));
  const named = shown.filter((each) => [text(each.info.ID), nameOf(each, shown)].includes(ref));
  const [found, other] = named.length > 0 ? named : shown.filter(({ info }) => text(info.ID).startsWith(ref));
  if (found === undefined || other !== undefined) return undefined;
  const { info, task } = found;
  const { process, linux } = info.Spec ?? {};
  const [program, ...args] = process?.args ?? [];
  const resources = linux?.resources;
  const state = stateOf(found);
  return {
    Id: info.ID,
    Name: `/${nameOf(found, shown)}`,
    Created: text(info.CreatedAt),
    Path: text(program),
    Args: args,
    State: { Status: state, Running: state === 'running', Paused: state === 'paused', Pid: task?.pid ?? 0 },
    Config: {
      Image: text(info.Image),
      Env: process?.env ?? [],
      Cmd: process?.args ?? [],
      Tty: process?.terminal === true,
      WorkingDir: text(process?.cwd),
      User: userOf(process?.user),
      Labels: { ...info.Labels, 'containerd.namespace': found.namespace },
    },
    HostConfig: {
      NetworkMode: networkMode(found),
      Memory: resources?.memory?.limit ?? 0,
      CpuQuota: resources?.cpu?.quota ?? 0,
      CpuPeriod: resources?.cpu?.period ?? 0,
      PidsLimit: resources?.pids?.limit ?? 0,
    },
    NetworkSettings: { Networks: {} },
    ResolvConfPath: sourceOf(info, '/etc/resolv.conf'),
    HostsPath: sourceOf(info, '/etc/hosts'),
    HostnamePath: sourceOf(info, '/etc/hostname'),
  };
}

const userOf = (user: { readonly uid?: unknown; readonly gid?: unknown } | undefined) =>
  typeof user?.uid === 'number' ? `${user.uid}:${typeof user.gid === 'number' ? user.gid : 0}` : '';

/** The file of the host that is mounted there. */
const sourceOf = ({ Spec }: ContainerInfo, destination: string) =>
  text(Spec?.mounts?.find((mount) => mount.destination === destination)?.source);

/** Without a network namespace of its own, a container has the host's (OCI runtime spec, Linux). */
const networkMode = ({ info: { Spec } }: ContainerdContainer) =>
  (Spec?.linux?.namespaces ?? []).some(({ type }) => type === 'network') ? 'default' : 'host';
