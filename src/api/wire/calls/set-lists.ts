/**
 * Members of the Engine API's bodies and parameters that are lists whose order says nothing (moby, api/types). A client that walks a map
 * sends them in another order each time, as Docker Compose does with Env. What is tried or applied in its order is not here: Cmd,
 * Entrypoint, Test, Shell, OnBuild, Dns, DnsSearch, VolumesFrom, Preferences, cachefrom.
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

/** Each member of these is such a list: of a port's bindings, of a filter's values. */
const MAPS_OF_SETS: ReadonlySet<string> = new Set(['PortBindings', 'filters']);

/** A label's text, parted by commas, that Docker Compose 2 makes of a map. */
const JOINED_SET = 'com.docker.compose.depends_on';

/** Whether a list's order says nothing, by the names of its member and of the object that this is in. */
export const isSet = (name: string, parent: string): boolean => SETS.has(name) || MAPS_OF_SETS.has(parent);

/** The name of a variable, "NAME=VALUE". */
export const variableName = (entry: unknown): string => (typeof entry === 'string' ? entry.split('=', 1)[0]! : '');

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/**
 * A JSON value so that values that say the same are the same text: members in the order of their names, sets sorted and without what is
 * there twice. Of one variable's values in Env, the last holds: their order stays. `name` and `parent`: what the value is a member of.
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
