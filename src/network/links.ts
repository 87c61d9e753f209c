import { toolObjects } from './tool-json.ts';

/** A network device, as one network namespace sees it. */
export interface Link {
  readonly ifindex: number;
  readonly name: string;
  readonly mac: string;
  /** "veth", "bridge", "macvlan" …; undefined for lo and for a network card */
  readonly kind: string | undefined;
  readonly flags: readonly string[];
  readonly master: string | undefined;
  /**
   * IFLA_LINK: the ifindex of the peer (of a veth) or of the parent (of a macvlan, a vlan), in the
   * namespace that `linkNetnsid` names
   */
  readonly linkIndex: number | undefined;
  /**
   * IFLA_LINK_NETNSID: the namespace of the peer or parent, by the number that the namespace of
   * this look has for it; undefined when both are in the same namespace
   */
  readonly linkNetnsid: number | undefined;
  /**
   * with prefix length, "172.20.0.3/16"; empty when dbg asked `ip link`, which lists no addresses
   */
  readonly addresses: readonly string[];
  /**
   * IFLA_IFALIAS: a text that somebody put on the device (`ip link set dev … alias …`). It
   * disappears with the device.
   */
  readonly alias: string;
  /** IFLA_ALT_IFNAME: further names that `ip` and tcpdump take (Linux 5.5) */
  readonly altnames: readonly string[];
  /** in bytes */
  readonly mtu: number;
  /**
   * the queueing discipline at the device's root: "noqueue" for a veth that nobody changed (tc(8))
   */
  readonly qdisc: string;
}

// An object of iproute2's JSON (ip/ipaddress.c, print_linkinfo). `link` is the name of the other
// device; link_index and link_netnsid are numbers.
interface IpLink {
  readonly ifindex?: number;
  readonly ifname?: string;
  readonly address?: string;
  readonly flags?: readonly string[];
  readonly master?: string;
  readonly ifalias?: string;
  readonly altnames?: readonly string[];
  readonly mtu?: number;
  readonly qdisc?: string;
  readonly link?: string;
  readonly link_index?: number;
  readonly link_netnsid?: number;
  readonly linkinfo?: { readonly info_kind?: string };
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}

/** Reads what `ip -d -j link` or `ip -d -j address` prints. */
export function parseLinks(json: string): Link[] {
  const links = toolObjects('ip', json) as readonly IpLink[];
  // iproute2 before 5.0 prints an empty object for each device that a filter left out.
  const there = links.flatMap((link) => (link.ifindex === undefined ? [] : [toLink(link, link.ifindex)]));
  // When both devices are in one namespace, ip prints the other device's name (`link`) in place of
  // its index (`link_index`).
  const indexOf = new Map(there.map(({ name, ifindex }) => [name, ifindex]));
  const other = new Map(links.map(({ ifindex, link }) => [ifindex, indexOf.get(link ?? '')]));
  return there.map((link) => ({ ...link, linkIndex: link.linkIndex ?? other.get(link.ifindex) }));
}

function toLink(link: IpLink, ifindex: number): Link {
  return {
    ifindex,
    name: link.ifname ?? '',
    mac: (link.address ?? '').toLowerCase(),
    kind: link.linkinfo?.info_kind,
    flags: link.flags ?? [],
    master: link.master,
    // Kernels before 4.15 leave IFLA_LINK out when it equals the device's own index. So a
    // link_netnsid without a link_index means the device's own index.
    linkIndex: link.link_index ?? (link.link_netnsid === undefined ? undefined : ifindex),
    linkNetnsid: link.link_netnsid,
    alias: link.ifalias ?? '',
    altnames: link.altnames ?? [],
    mtu: link.mtu ?? 0,
    qdisc: link.qdisc ?? '',
    addresses: (link.addr_info ?? []).map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  };
}

export type LinkState = 'up' | 'no carrier' | 'down';

/**
 * The state of a device, by two flags of the kernel. IFF_UP: a person or a program has set the
 * device up. IFF_LOWER_UP: it has a carrier, so the other end is up as well.
 */
export function linkState({ flags }: Link): LinkState {
  if (!flags.includes('UP')) return 'down';
  return flags.includes('LOWER_UP') ? 'up' : 'no carrier';
}
