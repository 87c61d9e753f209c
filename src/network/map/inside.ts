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

/** A device of a container, as /proc and the container's own /sys describe it. */
export interface InsideDevice {
  readonly name: string;
  readonly ifindex: number;
  readonly isUp: boolean;
  readonly counters: Counters;
  /**
   * the ifindex of the peer or parent, by the container's own /sys; undefined when the container
   * has no such file
   */
  readonly iflink: number | undefined;
  /** in bytes; undefined when the container's /sys has no such file */
  readonly mtu: number | undefined;
  /** empty when the container's /sys has no such file */
  readonly mac: string;
}

/** A network namespace as seen through a process that is in it. */
export interface Inside {
  /** all devices but lo */
  readonly devices: readonly InsideDevice[];
  readonly locals: readonly number[];
  readonly routes: readonly Route[];
  readonly inet6: readonly Inet6[];
}

/**
 * How much of a table in /proc/PID/net is read: 4 MiB, which holds 30,000 routes. Tables grow with
 * routes and devices, and a container may be allowed to make some. What is behind the limit is not
 * shown.
 */
const TABLE_LIMIT = 4 << 20;

/**
 * Reads a process's network namespace from /proc. No process of dbg enters the namespace. When the
 * process ends meanwhile, what can no longer be read is missing here.
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
      // A device that is down, on a kernel without IPv6: no file in /proc has its index.
      Number(sys('ifindex'));
    // lo is the first device of every namespace (LOOPBACK_IFINDEX), whatever its name is.
    if (!Number.isInteger(ifindex) || ifindex <= 1) return [];
    const isUp = up.has(name) || inet6.some((each) => each.name === name);
    const [iflink, mtu, mac] = [count(sys('iflink')), count(sys('mtu')), sys('address') ?? ''];
    return [{ name, ifindex, isUp, counters, iflink, mtu, mac }];
  });
  return { devices, locals: parseLocalAddresses(net('fib_trie')), routes: parseRoutes(net('route')), inet6 };
}

/**
 * Reads a file of a device in the container's own /sys, which shows the devices of the container's
 * namespace (dbg's own /sys shows others). The container decides what is mounted there. So this
 * text may confirm what the kernel says elsewhere, and is never the only evidence.
 */
const sysfs = (host: Host, pid: number, name: string, file: string) =>
  host.readBelow(`/proc/${pid}/root`, `sys/devices/virtual/net/${name}/${file}`, 64)?.trim();

const count = (text: string | undefined) => (/^\d+$/.test(text ?? '') ? Number(text) : undefined);
