import { notA } from './engine-errors.ts';

/**
 * What of GET /containers/{id}/json tells why a container is as it is, besides what every verb
 * needs (container.ts).
 */
export interface Inspection {
  /** what it runs: the program and its arguments, as the engine starts them */
  readonly path: string;
  readonly args: readonly string[];
  /** "no", "always", "on-failure", "unless-stopped" */
  readonly restartPolicy: string;
  /** of "on-failure": how often at most; 0: without end */
  readonly mostRestarts: number;
  readonly health: Health | undefined;
  /** what its health check runs: "CMD" or "CMD-SHELL", then its words; empty when it has none */
  readonly healthCommand: readonly string[];
  readonly memoryBytes: number | null;
  readonly isPrivileged: boolean;
  readonly isReadOnly: boolean;
  readonly user: string;
  readonly logDriver: string;
  /** the file of the json-file driver, where the engine runs; empty for another driver */
  readonly logPath: string;
  readonly appArmorProfile: string;
  readonly mounts: readonly Mounted[];
  /**
   * sources of binds that must be there before a start: `--mount type=bind`; what `-v` names is
   * made
   */
  readonly neededSources: readonly string[];
  /**
   * paths that the engine has for this container, where the engine runs; each may be empty or gone
   */
  readonly ownPaths: readonly string[];
  /** when the engine made it, in ms since the epoch */
  readonly createdAt: number | undefined;
}

/** What its health check has said. */
export interface Health {
  /** "starting", "healthy", "unhealthy" */
  readonly status: string;
  readonly failures: number;
  /** of the last check */
  readonly exitCode: number | undefined;
  readonly output: string;
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

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/**
 * Reads the answer of GET /containers/{id}/json, field by field: a missing one gets the value that
 * means "nothing".
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
    isPrivileged: host['Privileged'] === true,
    isReadOnly: host['ReadonlyRootfs'] === true,
    user: text(config['User']),
    logDriver: text(object(host['LogConfig'])['Type']),
    logPath: text(body['LogPath']),
    appArmorProfile: text(body['AppArmorProfile']),
    mounts: array(body['Mounts']).map(object).map(mountedOf),
    neededSources: array(host['Mounts'])
      .map(object)
      .filter(isNeeded)
      .map(({ Source }) => text(Source)),
    ownPaths: [body['LogPath'], body['HostsPath'], object(object(body['GraphDriver'])['Data'])['UpperDir']].map(text),
    createdAt: Number.isNaN(created) ? undefined : created,
  };
}

const mountedOf = (mount: Json): Mounted => ({
  type: text(mount['Type']),
  name: text(mount['Name']),
  source: text(mount['Source']),
  destination: text(mount['Destination']),
  isWritable: mount['RW'] !== false,
});

const isNeeded = ({ Type, BindOptions }: Json) => Type === 'bind' && object(BindOptions)['CreateMountpoint'] !== true;

/** Of GET /version, and of an image: for which processor, as Go names it. */
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
