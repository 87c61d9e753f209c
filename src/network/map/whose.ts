import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { shellLine } from '../../text.ts';
import type { Link } from '../links.ts';
import { elsewhere } from './elsewhere.ts';
import type { HostMap, MappedInterface } from './map.ts';

const SEE_ALL = { what: 'see which are', command: 'dbg veth --all' };

/**
 * The container's interface behind a host device. `name` is the device's name or one of its
 * altnames. Throws a DbgError when no container is behind the device. The error says what the
 * device is; for a veth, also in which namespace its other end is, and the processes there.
 */
export function behind(host: Host, map: HostMap, name: string): MappedInterface {
  const device = map.hostLinks.find((link) => link.name === name || link.altnames?.includes(name));
  if (device === undefined) {
    throw new DbgError(`this host has no device "${name}"`, {
      next: [SEE_ALL, { what: 'or all devices', command: 'ip -br link' }],
    });
  }
  const found = map.interfaces.find((each) => each.device?.ifindex === device.ifindex);
  if (found) return found;
  if (device.kind !== 'veth')
    throw new DbgError(`${whatItIs(device, map)}, not one end of a container's wire`, { next: [SEE_ALL] });
  if (device.linkNetnsid === undefined) {
    throw new DbgError(`both ends of ${device.name} are on this host itself`, {
      next: [{ what: 'look', command: shellLine(['ip', '-d', 'link', 'show', 'dev', device.name]) }],
    });
  }
  throw elsewhere(host, map.netnsids, device.name, device.linkNetnsid);
}

function whatItIs({ name, kind, ifindex }: Link, { interfaces }: HostMap): string {
  const ports = interfaces.filter(({ master }) => master?.ifindex === ifindex);
  if (kind === 'bridge') {
    const networks = [...new Set(ports.flatMap(({ network }) => network ?? []))];
    const of = networks.length > 0 ? ` of network ${networks.join(', ')}` : '';
    const containers = [...new Set(ports.map(({ target }) => target.container.name))];
    return `${name} is the bridge${of}${containers.length > 0 ? ` (on it: ${containers.join(', ')})` : ''}`;
  }
  if (ifindex === 1) return `${name} is the host's loopback`;
  return `${name} is ${kind === undefined ? 'a network card of this host' : `a ${kind} device of this host`}`;
}
