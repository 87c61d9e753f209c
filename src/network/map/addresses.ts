import { dotted, type Inet6, type Route } from '../../proc/net.ts';

/**
 * What a network namespace's files in /proc say of its addresses, and what the engine says it gave.
 */
export interface AddressEvidence {
  /**
   * the namespace's own IPv4 addresses, as 32-bit numbers; the kernel's list names no device for
   * them
   */
  readonly locals: readonly number[];
  readonly routes: readonly Route[];
  readonly inet6: readonly Inet6[];
  /** interface → the addresses that the engine gave to it, with prefix length */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** the names of the interfaces that are down */
  readonly down: ReadonlySet<string>;
}

/**
 * The addresses of each interface with prefix length, IPv4 first.
 *
 * An IPv4 address belongs to the interface by which its subnet is reached: the kernel makes a
 * connected route with each address. Two cases need more:
 * - Two interfaces are in one subnet. The engine's word decides. Without it, the interface that has
 *   no address yet gets this one.
 * - An interface is down, so it has no routes. Then the engine's word is all there is.
 */
export function addressesOf(evidence: AddressEvidence): ReadonlyMap<string, readonly string[]> {
  const { routes, inet6, given, down } = evidence;
  const found = new Map<string, string[]>();
  const add = (name: string, address: string) => found.set(name, [...(found.get(name) ?? []), address]);
  const open: { readonly address: number; readonly among: readonly Route[] }[] = [];

  for (const address of evidence.locals) {
    const among = narrowest(routes.filter((route) => route.isConnected && holds(route, address)));
    const names = new Set(among.map(({ name }) => name));
    const chosen = among.find(({ name }) => names.size === 1 || isGiven(given, name, address));
    if (chosen) add(chosen.name, withPrefix(address, chosen));
    else open.push({ address, among });
  }
  for (const { address, among } of open) {
    const [first] = among;
    const chosen = among.find(({ name }) => !found.has(name)) ?? first;
    const name = chosen?.name ?? [...given.keys()].find((each) => isGiven(given, each, address));
    if (name !== undefined) add(name, chosen ? withPrefix(address, chosen) : `${dotted(address)}/32`);
  }
  for (const { name, address } of inet6) add(name, address);
  for (const [name, addresses] of given) if (down.has(name)) found.set(name, [...addresses]);
  return found;
}

const withPrefix = (address: number, { prefixLength }: Route) => `${dotted(address)}/${prefixLength}`;

const isGiven = (given: AddressEvidence['given'], name: string, address: number) =>
  given.get(name)?.some((each) => each.split('/')[0] === dotted(address)) ?? false;

const holds = ({ destination, prefixLength }: Route, address: number) =>
  prefixLength > 0 && (address ^ destination) >>> (32 - prefixLength) === 0;

function narrowest(routes: readonly Route[]): Route[] {
  const most = Math.max(...routes.map(({ prefixLength }) => prefixLength));
  return routes.filter(({ prefixLength }) => prefixLength === most);
}
