import { redactJson } from '../../api/wire/redact/redact-json.ts';
import { toLatin1, toUtf8 } from '../../api/wire/redact/json-text.ts';
import type { Configuration } from '../../engine/inspection.ts';
import type { Item, Nature, SectionName } from '../container-evidence.ts';
import { bounded, item, type Marker } from './item.ts';

/** The sections that hold parts of a configuration. */
export type ConfiguredSection = Extract<SectionName, 'configuration' | 'limits' | 'rights' | 'networks'>;

/**
 * The section of a value, by its key in HostConfig. What has no line here is in `configuration`.
 * The keys are those of the Engine API 1.51.
 */
const SECTION_OF: readonly (readonly [RegExp, ConfiguredSection])[] = [
  [/^(Memory|Nano|Cpu|Pids|Blkio|IO|Kernel|Ulimits$|Oom|ShmSize$)/, 'limits'],
  [/^(Cap|Privileged$|SecurityOpt$|GroupAdd$|Device|ReadonlyRootfs$|ReadonlyPaths$|MaskedPaths$)/, 'rights'],
  [/^(Userns|Pid|Ipc|UTS|Cgroupns)Mode$/, 'rights'],
  [/^(NetworkMode|PortBindings|PublishAllPorts|Dns\w*|ExtraHosts|Links)$/, 'networks'],
];

/** Keys that other sections show, or that say nothing about the container. */
const LEFT_OUT = /^(Config\.Env|HostConfig\.(Binds|Mounts|ConsoleSize|ContainerIDFile))$/;

/**
 * What differs by nature: a port of the host can be published once, and engines number replicas.
 */
const BY_NATURE: readonly (readonly [RegExp, Nature])[] = [
  [/^HostConfig\.PortBindings\./, 'address'],
  [/^Config\.Labels\.com\.docker\.compose\.(container-number|replace|depends_on)$/, 'id'],
  [/^Config\.Labels\.com\.docker\.swarm\.(node\.id|task|task\.id|task\.name)$/, 'id'],
  [/^Config\.Labels\.desktop\.docker\.io\//, 'id'],
];

/**
 * All values of a configuration that are set, by their path in `docker inspect`, without secrets.
 * An empty value counts as not set, because engines differ in what they write for it.
 * @param id of the container, which is its host name when it was given none
 */
export function configurationItems(
  { config, hostConfig }: Configuration,
  id: string,
  mark: Marker,
): Record<ConfiguredSection, Item[]> {
  const raw = { Config: config, HostConfig: hostConfig };
  const all = flattened('', raw, safeOf(raw));
  const sections: Record<ConfiguredSection, Item[]> = { configuration: [], limits: [], rights: [], networks: [] };
  for (const { path, raw: value, safe } of all) {
    const isOwnId = path === 'Config.Hostname' && id !== '' && id.startsWith(value);
    const nature = isOwnId ? 'id' : BY_NATURE.find(([pattern]) => pattern.test(path))?.[1];
    sections[sectionOf(path)].push(item(path, value, { safe, nature, mark }));
  }
  return {
    configuration: bounded(sections.configuration),
    limits: bounded(sections.limits),
    rights: bounded(sections.rights),
    networks: bounded(sections.networks),
  };
}

/** The keys of Config that an image has a say in. */
const OF_IMAGES =
  /^Config\.(Cmd|Entrypoint|User|WorkingDir|ExposedPorts|Volumes|Healthcheck|Labels|StopSignal|Shell|OnBuild)(\.|$)/;

/** The items that can be compared with those of an image. */
export const asInImages = (items: readonly Item[]): Item[] => items.filter(({ name }) => OF_IMAGES.test(name));

function sectionOf(path: string): ConfiguredSection {
  const [, key] = /^HostConfig\.([^.]+)/.exec(path) ?? [];
  return (key !== undefined && SECTION_OF.find(([pattern]) => pattern.test(key))?.[1]) || 'configuration';
}

const safeOf = (raw: object): unknown => JSON.parse(toUtf8(redactJson(toLatin1(JSON.stringify(raw)))));

interface Flat {
  readonly path: string;
  readonly raw: string;
  readonly safe: string;
}

/** What is said by its key alone: the value is an empty object. */
const KEY_ALONE = /^Config\.(ExposedPorts|Volumes)\./;

/** How deep objects are taken apart. What is deeper is shown as JSON. */
const DEEPEST = 8;

/** The values of an object by their paths, beside the same values without secrets. */
function flattened(path: string, raw: unknown, safe: unknown, depth = 0): Flat[] {
  if (isEmpty(raw) || LEFT_OUT.test(path)) return [];
  if (KEY_ALONE.test(path)) return [{ path, raw: '{}', safe: '{}' }];
  if (isObject(raw) && isObject(safe) && depth < DEEPEST) {
    const [rest, safeRest] = [Object.entries(raw), Object.entries(safe)];
    // A key may hold a secret too. Two such keys may be the same without it, and are then one.
    if (rest.length === safeRest.length) {
      return rest.flatMap(([, value], at) => {
        const [key, safeValue] = safeRest[at]!;
        return flattened(path === '' ? key : `${path}.${key}`, value, safeValue, depth + 1);
      });
    }
  }
  return [{ path, raw: textOf(raw), safe: textOf(safe) }];
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === undefined || value === '' || value === 0 || value === false;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
