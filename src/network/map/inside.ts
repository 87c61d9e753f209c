import type { Host } from '../../host/host.ts';
import {
  parseDev,
  parseIfInet6,
  parseIgmp,
  parseLocalAddresses,
  parseRoutes,
  parseSnmp6Index,
  type Counters,
  type Inet6,
  type Route,
} from '../../proc/net.ts';

/** A device of a container, by what /proc and its own /sys say. */
export interface InsideDevice {
  readonly name: string;
  readonly ifindex: number;
  readonly isUp: boolean;
  readonly counters: Counters;
  /** the peer's (or parent's) index, by the container's own /sys; undefined where it has none */
  readonly iflink: number | undefined;
  /** bytes; undefined as above */
  readonly mtu: number | undefined;
  /** "" as above */
  readonly mac: string;
}

/** A network namespace as seen through a process that is in it. */
export interface Inside {
  /** all but lo */
  readonly devices: readonly InsideDevice[];
  readonly locals: readonly number[];
  readonly routes: readonly Route[];
  readonly inet6: readonly Inet6[];
}

/** Tables grow with the routes and devices of a container that may make some: 30,000 routes. What comes behind is not shown. */
const TABLE_LIMIT = 4 << 20;

/**
 * Reads a process' network namespace from /proc, without a process of dbg's entering it. The process may end meanwhile: what
 * cannot be read any more is missing here.
 */
export function insideOf(host: Host, pid: number): Inside {
  const net = (file: string) => host.read(`/proc/${pid}/net/${file}`, TABLE_LIMIT) ?? '';
  const up = parseIgmp(net('igmp'));
  const inet6 = parseIfInet6(net('if_inet6'));
  const devices = [...parseDev(net('dev'))].flatMap(([name, counters]) => {
    const sys = (file: string) => sysfs(host, pid, name, file);
    const ifindex =
      up.get(name) ??
      inet6.find((each) => each.name === name)?.ifindex ??
      parseSnmp6Index(net(`dev_snmp6/${name}`)) ??
      // Down, on a kernel without IPv6: nothing in /proc has its index.
      Number(sys('ifindex'));
    // lo is the first device of every namespace (LOOPBACK_IFINDEX), whatever its name.
    if (!Number.isInteger(ifindex) || ifindex <= 1) return [];
    const isUp = up.has(name) || inet6.some((each) => each.name === name);
    const [iflink, mtu, mac] = [count(sys('iflink')), count(sys('mtu')), sys('address') ?? ''];
    return [{ name, ifindex, isUp, counters, iflink, mtu, mac }];
  });
  return { devices, locals: parseLocalAddresses(net('fib_trie')), routes: parseRoutes(net('route')), inet6 };
}

/**
 * A file of a device in the container's own /sys, which shows its namespace's devices and not dbg's. What is mounted there is the
 * container's doing: it confirms what the kernel says elsewhere and is never the only evidence.
 */
const sysfs = (host: Host, pid: number, name: string, file: string) =>
  host.readBelow(`/proc/${pid}/root`, `sys/devices/virtual/net/${name}/${file}`, 64)?.trim();

const count = (text: string | undefined) => (/^\d+$/.test(text ?? '') ? Number(text) : undefined);
