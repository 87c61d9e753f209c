import type { ContainerInterface } from '../interfaces.ts';
import { linkState, type Link } from '../links.ts';

interface Placed extends ContainerInterface {
  readonly master: Link | undefined;
}

/** What is wrong with each interface, in a few words each. Pure. */
export function problemsOf<T extends Placed>(interfaces: readonly T[]): ReadonlyMap<T, readonly string[]> {
  const holders = holdersOf(interfaces);
  const lowered = loweredBridges(interfaces);
  return new Map(
    interfaces.map((each) => [
      each,
      [...stateProblems(each), ...mtuProblems(each, lowered), ...duplicates(each, holders)],
    ]),
  );
}

function stateProblems({ device, inside }: Placed): string[] {
  if (device === undefined) return [];
  const state = linkState(device);
  if (state === 'down') return ['down'];
  // The host device has a carrier when the container's end is up (drivers/net/veth.c, veth_open).
  return state === 'no carrier'
    ? [inside.flags.includes('UP') ? 'no carrier' : `no carrier: ${inside.name} is down`]
    : [];
}

/**
 * The MTU of the container's end in bytes, else of the host's end. 0 when neither is known: the
 * container has no /sys, and there is no host device.
 */
const ownMtu = ({ inside, device }: Placed) => inside.mtu || device?.mtu || 0;

/**
 * The problem of a wire with two MTUs: the next device drops a packet that is larger than its MTU,
 * and nobody is told, as a bridge sends no ICMP.
 *
 * A wire whose own two ends differ is named first, and the bridge is compared only after that. A
 * bridge takes the lowest MTU of its devices (br_mtu_auto_adjust, net/bridge/br_if.c). So one wrong
 * wire makes all other wires of that bridge differ from the bridge.
 */
function mtuProblems(each: Placed, lowered: ReadonlySet<string>): string[] {
  const { device, master } = each;
  const own = ownMtu(each);
  if (!own || !device) return [];
  if (own !== device.mtu) return [`mtu ${own} ≠ host end ${device.mtu}`];
  if (master === undefined || own === master.mtu || lowered.has(bridgeKey(master))) return [];
  return [`mtu ${own} ≠ bridge ${master.mtu}`];
}

/** The bridges that got their MTU from a wire whose two ends differ. */
const loweredBridges = (interfaces: readonly Placed[]): ReadonlySet<string> =>
  new Set(
    interfaces.flatMap((each) => {
      const { device, master } = each;
      const isWrong = device !== undefined && device.mtu !== ownMtu(each) && device.mtu === master?.mtu;
      return isWrong ? [bridgeKey(master)] : [];
    }),
  );

const bridgeKey = ({ name, ifindex }: Link) => `${ifindex} ${name}`;

/**
 * The segment in which an address may be there only once: a bridge, else one of the engine's
 * networks, as macvlan has no bridge. undefined when there is neither.
 */
const segmentOf = ({ master, network }: Placed) => master?.name ?? (network === undefined ? undefined : `/${network}`);

function holdersOf(interfaces: readonly Placed[]): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  const note = (segment: string, addresses: readonly string[], holder: string) => {
    for (const address of addresses) {
      const key = `${segment} ${bare(address)}`;
      holders.set(key, [...(holders.get(key) ?? []), holder]);
    }
  };
  const masters = new Map(interfaces.flatMap(({ master }) => (master ? [[master.name, master]] : [])));
  for (const [name, { addresses }] of masters) note(name, addresses, name);
  for (const each of interfaces) {
    const segment = segmentOf(each);
    if (segment !== undefined) note(segment, each.inside.addresses, holderOf(each));
  }
  return holders;
}

function duplicates(each: Placed, holders: ReadonlyMap<string, readonly string[]>): string[] {
  return each.inside.addresses.flatMap((address) => {
    const others = (holders.get(`${segmentOf(each)} ${bare(address)}`) ?? []).filter((name) => name !== holderOf(each));
    return others.length > 0 ? [`duplicate ${bare(address)} (${[...new Set(others)].join(', ')})`] : [];
  });
}

const bare = (address: string) => address.split('/')[0]!;
const holderOf = ({ target, inside }: Placed) => `${target.container.name} ${inside.name}`;
