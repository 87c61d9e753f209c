/**
 * Members of the Engine API's bodies and parameters that are lists whose order means nothing (moby,
 * api/types). A client that walks a map sends them in another order each time, as Docker Compose
 * does with Env.
 * Lists that are tried or applied in their order are not here: Cmd, Entrypoint, Test, Shell,
 * OnBuild, Dns, DnsSearch, VolumesFrom, Preferences, cachefrom.
 */
const SETS: ReadonlySet<string> = new Set(
  `Env
  Binds CapAdd CapDrop DnsOptions ExtraHosts GroupAdd Links MaskedPaths Mounts ReadonlyPaths SecurityOpt
  BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps BlkioDeviceWriteIOps BlkioWeightDevice
  DeviceCgroupRules DeviceIDs DeviceRequests Devices Capabilities Ulimits
  Aliases DNSNames LinkLocalIPs
  CapabilityAdd CapabilityDrop Configs Groups Hosts Options Secrets
  Constraints GenericResources Networks Platforms Ports
  ulimits`.split(/\s+/),
);

/** Objects of which each member is such a list: the bindings of a port, the values of a filter. */
const MAPS_OF_SETS: ReadonlySet<string> = new Set(['PortBindings', 'filters']);

/** A label whose text is such a list, separated by commas: Docker Compose 2 makes it of a map. */
const JOINED_SET = 'com.docker.compose.depends_on';

/**
 * Whether the order of a list means nothing. `name` is the member that holds the list. `parent` is
 * the member that holds the object with `name`.
 */
export const isSet = (name: string, parent: string): boolean => SETS.has(name) || MAPS_OF_SETS.has(parent);

/** The name in an entry "NAME=VALUE"; '' for what is no text. */
export const variableName = (entry: unknown): string => (typeof entry === 'string' ? entry.split('=', 1)[0]! : '');

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/**
 * Makes values that say the same the same text in JSON. `name` and `parent` are as for isSet.
 * - Members are in the order of their names.
 * - Sets are sorted, and have no entry twice.
 * - The values of one variable in Env keep their order, because the last one holds.
 */
export function canonical(value: unknown, name = '', parent = ''): unknown {
  if (name === JOINED_SET && typeof value === 'string') return value.split(',').toSorted(compare).join(',');
  if (Array.isArray(value)) {
    const all = value.map((each) => canonical(each, name, parent));
    return isSet(name, parent) ? sorted(all, name) : all;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, each]): [string, unknown] => [key, canonical(each, key, name)]);
  return Object.fromEntries(members.toSorted(([a], [b]) => compare(a, b)));
}

function sorted(all: readonly unknown[], name: string): unknown[] {
  if (name === 'Env') return all.toSorted((a, b) => compare(variableName(a), variableName(b)));
  const byText = new Map(all.map((each) => [JSON.stringify(each), each]));
  return [...byText].toSorted(([a], [b]) => compare(a, b)).map(([, each]) => each);
}
