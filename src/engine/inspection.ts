import { notA } from './engine-errors.ts';

/**
 * What GET /containers/{id}/json tells of why a container is as it is. What every verb needs is in
 * container.ts.
 */
export interface Inspection {
  /** the program that the engine starts, and its arguments */
  readonly path: string;
  readonly args: readonly string[];
  /** "no", "always", "on-failure", "unless-stopped" */
  readonly restartPolicy: string;
  /** with "on-failure": the highest number of restarts; 0: no limit */
  readonly mostRestarts: number;
  readonly health: Health | undefined;
  /**
   * the words of its health check, the first of which is "CMD" or "CMD-SHELL"; empty when it has
   * none
   */
  readonly healthCommand: readonly string[];
  readonly memoryBytes: number | null;
  /**
   * `--memory-swap`: memory and swap together; docker doubles `--memory` where it is left out. -1:
   * all swap of the host. null where it is not set, or the kernel counts no swap
   */
  readonly memoryAndSwapBytes: number | null;
  /**
   * `--storage-opt size=`: the most that its own layer may hold, a quota; empty where it is not set
   */
  readonly layerSize: string;
  readonly isPrivileged: boolean;
  readonly isReadOnly: boolean;
  readonly user: string;
  readonly logDriver: string;
  /** the json-file driver's file, on the engine's machine; empty for another driver */
  readonly logPath: string;
  readonly appArmorProfile: string;
  readonly mounts: readonly Mounted[];
  /** its ports that the host has now; empty while it does not run */
  readonly published: readonly PublishedTo[];
  /**
   * the sources of binds that must exist before a start (`--mount type=bind`); the engine makes
   * missing ones that `-v` names
   */
  readonly neededSources: readonly string[];
  /**
   * paths on the engine's machine that the engine keeps for this container; each may be empty or
   * gone
   */
  readonly ownPaths: readonly string[];
  /** when the engine made it, in ms since the epoch */
  readonly createdAt: number | undefined;
}

/** The state of a health check, and its last result. */
export interface Health {
  /** "starting", "healthy", "unhealthy" */
  readonly status: string;
  readonly failures: number;
  /** of the last check; undefined before the first one */
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** A port of a container (TCP or UDP) and the port of the host by which it is reached. */
export interface PublishedTo {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  readonly host: number;
}

export interface Mounted {
  /** "bind", "volume", "tmpfs" … */
  readonly type: string;
  /** a volume's name; empty for another type */
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly isWritable: boolean;
}

/**
 * What a container was made with, in the engine's own words: the objects Config and HostConfig of
 * its inspect. Of an image there is only Config. Nothing of it is checked or redacted.
 */
export interface Configuration {
  readonly config: Readonly<Record<string, unknown>>;
  readonly hostConfig: Readonly<Record<string, unknown>>;
}

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/**
 * Reads the answer of GET /containers/{id}/json, field by field. A missing field gets the value
 * that means "nothing". Throws a DbgError when there is no id.
 */
export function parseInspection(answer: unknown): Inspection {
  const body = object(answer);
  const [config, host, state] = ['Config', 'HostConfig', 'State'].map((name) => object(body[name])) as [
    Json,
    Json,
    Json,
  ];
  if (text(body['Id']) === '') throw notA('a container');
  const policy = object(host['RestartPolicy']);
  const created = Date.parse(text(body['Created']));
  return {
    path: text(body['Path']),
    args: array(body['Args']).map(text),
    restartPolicy: text(policy['Name']) || 'no',
    mostRestarts: number(policy['MaximumRetryCount']),
    health: healthOf(state['Health']),
    healthCommand: array(object(config['Healthcheck'])['Test']).map(text),
    memoryBytes: number(host['Memory']) > 0 ? number(host['Memory']) : null,
    memoryAndSwapBytes: number(host['MemorySwap']) || null,
    layerSize: text(object(host['StorageOpt'])['size']),
    isPrivileged: host['Privileged'] === true,
    isReadOnly: host['ReadonlyRootfs'] === true,
    user: text(config['User']),
    logDriver: text(object(host['LogConfig'])['Type']),
    logPath: text(body['LogPath']),
    appArmorProfile: text(body['AppArmorProfile']),
    mounts: array(body['Mounts']).map(object).map(mountedOf),
    published: publishedOf(object(object(body['NetworkSettings'])['Ports'])),
    neededSources: array(host['Mounts'])
      .map(object)
      .filter(isNeeded)
      .map(({ Source }) => text(Source)),
    ownPaths: [body['LogPath'], body['HostsPath'], object(object(body['GraphDriver'])['Data'])['UpperDir']].map(text),
    createdAt: Number.isNaN(created) ? undefined : created,
  };
}

/**
 * Reads Config and HostConfig of GET /containers/{id}/json, or Config of GET /images/{name}/json.
 * Throws a DbgError when the answer has no id.
 */
export function parseConfiguration(answer: unknown, what = 'a container'): Configuration {
  const { Id: id, Config: config, HostConfig: hostConfig } = object(answer);
  if (text(id) === '') throw notA(what);
  return { config: object(config), hostConfig: object(hostConfig) };
}

const mountedOf = (mount: Json): Mounted => ({
  type: text(mount['Type']),
  name: text(mount['Name']),
  source: text(mount['Source']),
  destination: text(mount['Destination']),
  isWritable: mount['RW'] !== false,
});

/** Reads {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "443/tcp": null}. */
const publishedOf = (ports: Json): PublishedTo[] =>
  Object.entries(ports).flatMap(([name, bindings]) => {
    const [, port, protocol] = /^(\d{1,5})\/(tcp|udp)$/.exec(name) ?? [];
    const host = Number(text(object(array(bindings)[0])['HostPort']));
    return host > 0 && (protocol === 'tcp' || protocol === 'udp') ? [{ port: Number(port), protocol, host }] : [];
  });

const isNeeded = ({ Type, BindOptions }: Json) => Type === 'bind' && object(BindOptions)['CreateMountpoint'] !== true;

/**
 * The processor in an answer of GET /version or GET /images/{name}/json, as Go names it: "amd64".
 */
export const architectureOf = (answer: unknown): string =>
  text(object(answer)['Arch'] ?? object(answer)['Architecture']);

function healthOf(value: unknown): Health | undefined {
  const health = object(value);
  const status = text(health['Status']);
  if (status === '' || status === 'none') return undefined;
  const last = object(array(health['Log']).at(-1));
  return {
    status,
    failures: number(health['FailingStreak']),
    exitCode: typeof last['ExitCode'] === 'number' ? last['ExitCode'] : undefined,
    output: text(last['Output']),
  };
}
