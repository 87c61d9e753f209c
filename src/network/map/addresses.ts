import { dotted, type Inet6, type Route } from '../../proc/net.ts';

/** What a namespace's files say of its addresses, and what the engine says it gave. */
export interface AddressEvidence {
  /** its own IPv4 addresses, as numbers of 32 bits; the kernel's list does not say on which device */
  readonly locals: readonly number[];
  readonly routes: readonly Route[];
  readonly inet6: readonly Inet6[];
  /** the engine's addresses with prefix length by the interface that they were given to */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** the interfaces that are down */
  readonly down: ReadonlySet<string>;
}

/**
 * The addresses of each interface with prefix length, IPv4 first. An IPv4 address belongs to the interface by which its subnet
 * is reached, the connected route that the kernel makes with each address. Where two interfaces are in one subnet, the engine's
 * word decides, and then who has none yet. An interface that is down has no routes: there the engine's word is all there is.
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
