import type { ConfiguredLimits, Container, ContainerSummary, Labels } from './container.ts';
import { notA } from './engine-errors.ts';

// An answer of the API is data from outside. It is read field by field, and a missing field gets
// the value that means "nothing".
type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const array = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

const withoutSlash = (name: string) => name.replace(/^\//, '');

/**
 * The form of an id that engines make: 256 random bits. dbg tells by the id whether a process or a
 * file is a container's. So nothing else is accepted: "/" would be found in the path of every
 * process.
 */
const CONTAINER_ID = /^[0-9a-f]{64}$/;
/** The digest of an image. Podman leaves out "sha256:". */
const IMAGE_ID = /^(sha256:)?[0-9a-f]{64}$/;

/** PID_MAX_LIMIT of the kernel (linux/threads.h): no process has a higher number. */
const HIGHEST_PID = 4_194_304;
const pid = (value: unknown) => {
  const given = number(value);
  return Number.isInteger(given) && given > 0 && given <= HIGHEST_PID ? given : 0;
};

/**
 * Reads the answer of GET /containers/{id}/json. Throws a DbgError when there is no container's id.
 */
export function parseContainer(answer: unknown): Container {
  const body = object(answer);
  const state = object(body['State']);
  const config = object(body['Config']);
  const id = text(body['Id']);
  if (!CONTAINER_ID.test(id)) throw notA('a container');
  return {
    id,
    name: withoutSlash(text(body['Name'])),
    image: text(config['Image']),
    imageId: IMAGE_ID.test(text(body['Image'])) ? text(body['Image']) : '',
    env: environment(config),
    state: {
      status: text(state['Status']),
      pid: pid(state['Pid']),
      error: text(state['Error']),
      exitCode: number(state['ExitCode']),
      oomKilled: state['OOMKilled'] === true,
      startedAt: parseTime(text(state['StartedAt'])),
      finishedAt: parseTime(text(state['FinishedAt'])),
    },
    hasTty: config['Tty'] === true,
    labels: labels(config['Labels']),
    workingDir: text(config['WorkingDir']) || '/',
    files: {
      'resolv.conf': text(body['ResolvConfPath']),
      hosts: text(body['HostsPath']),
      hostname: text(body['HostnamePath']),
    },
    networkMode: text(object(body['HostConfig'])['NetworkMode']),
    restarts: number(body['RestartCount']),
    configured: configured(object(body['HostConfig'])),
    networks: Object.entries(object(object(body['NetworkSettings'])['Networks'])).map(([network, endpoint]) => ({
      network,
      networkId: text(object(endpoint)['NetworkID']),
      mac: text(object(endpoint)['MacAddress']).toLowerCase(),
      addresses: addresses(object(endpoint)),
      aliases: array(object(endpoint)['Aliases']).map(text).filter(Boolean),
    })),
  };
}

/**
 * Reads the answer of GET /images/{name}/json: the image's id, or undefined when there is none in
 * the right form.
 */
export function parseImageId(answer: unknown): string | undefined {
  const id = text(object(answer)['Id']);
  return IMAGE_ID.test(id) ? id : undefined;
}

const addresses = (endpoint: Json) =>
  [
    [text(endpoint['IPAddress']), number(endpoint['IPPrefixLen'])],
    [text(endpoint['GlobalIPv6Address']), number(endpoint['GlobalIPv6PrefixLen'])],
  ].flatMap(([address, prefix]) => (address ? [`${address}/${prefix}`] : []));

function configured(hostConfig: Json): ConfiguredLimits {
  const positive = (key: string) => (number(hostConfig[key]) > 0 ? number(hostConfig[key]) : null);
  const quota = positive('CpuQuota');
  return {
    memoryBytes: positive('Memory'),
    // `--cpus`, or `--cpu-quota` divided by `--cpu-period`, which is 100 ms unless set
    cpus: (positive('NanoCpus') ?? 0) / 1e9 || (quota && quota / (positive('CpuPeriod') ?? 100_000)),
    pids: positive('PidsLimit'),
  };
}

const environment = (config: Json) => array(config['Env']).map(text).filter(Boolean);

/**
 * Reads the items of the answer of GET /containers/json. Throws a DbgError when one has no
 * container's id.
 */
export function parseContainerList(items: Iterable<unknown>): ContainerSummary[] {
  return Array.from(items, (item) => parseSummary(object(item)));
}

function parseSummary(entry: Json): ContainerSummary {
  const id = text(entry['Id']);
  if (!CONTAINER_ID.test(id)) throw notA('a list of containers');
  return {
    id,
    name: containerName(array(entry['Names']).map(text)),
    image: text(entry['Image']),
    state: text(entry['State']),
    status: text(entry['Status']),
    labels: labels(entry['Labels']),
    networkMode: text(object(entry['HostConfig'])['NetworkMode']),
    networks: Object.keys(object(object(entry['NetworkSettings'])['Networks'])),
    addresses: Object.values(object(object(entry['NetworkSettings'])['Networks'])).flatMap((endpoint) =>
      addresses(object(endpoint)),
    ),
    ports: array(entry['Ports'])
      .map(object)
      .map((port) => ({
        address: text(port['IP']),
        host: number(port['PublicPort']) || undefined,
        container: number(port['PrivatePort']),
        protocol: text(port['Type']),
      })),
  };
}

const labels = (value: unknown): Labels =>
  Object.fromEntries(Object.entries(object(value)).map(([name, label]) => [name, text(label)]));

/**
 * The container's own name, which has one slash only. A legacy `--link` adds names such as
 * "/web/db" to the linked container.
 */
function containerName(names: readonly string[]): string {
  return withoutSlash(names.find((name) => name.lastIndexOf('/') <= 0) ?? names[0] ?? '');
}

/**
 * Reads an RFC 3339 time as ms since the epoch; undefined for Docker's "never", which is the year
 * 1.
 */
function parseTime(time: string): number | undefined {
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) || milliseconds <= 0 ? undefined : milliseconds;
}
