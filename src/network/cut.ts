import { DbgError, type NextStep } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { shellQuote } from '../text.ts';
import type { ContainerInterface, ContainerNetwork } from './interfaces.ts';
import { linkState, parseLinks, type Link } from './links.ts';

export type CutState = 'down' | 'up';

/** An interface whose host device is proven, and may be acted on. */
export interface ProvenInterface extends ContainerInterface {
  readonly device: Link;
}

/** Which of a container's interfaces are meant; all of them when neither is given. */
export interface Selection {
  readonly interface?: string;
  readonly network?: string;
}

/** The interfaces that a person chose. Throws a DbgError that names the ones there are. */
export function selected(
  network: ContainerNetwork,
  { interface: name, network: wanted }: Selection,
): readonly ContainerInterface[] {
  const { interfaces, target } = network;
  const chosen = interfaces.filter(
    (each) => (name === undefined || each.inside.name === name) && (wanted === undefined || each.network === wanted),
  );
  if (chosen.length > 0 || (name === undefined && wanted === undefined)) return chosen;
  const what = name === undefined ? `no interface on network "${wanted}"` : `no interface "${name}"`;
  const there = interfaces.map(({ inside, network: on }) =>
    on === undefined ? inside.name : `${inside.name} on ${on}`,
  );
  throw new DbgError(`container "${target.container.name}" has ${what} (it has: ${there.join(', ') || 'only lo'})`, {
    next: [{ what: 'see them', command: `dbg veth ${shellQuote(target.container.name)}` }],
  });
}

/**
 * The interfaces to act on. Throws a DbgError when any of them is not certainly one end of the container's own wire:
 * then nothing at all is done.
 */
export function proven(network: ContainerNetwork, selection: Selection): ProvenInterface[] {
  const { name } = network.target.container;
  if (network.isHosts) {
    throw new DbgError(`refused: "${name}" uses the host's own network, so taking it off would take the host off`, {
      next: [{ what: 'cut its traffic by stopping it', command: `docker pause ${shellQuote(name)}` }],
    });
  }
  const chosen = selected(network, selection);
  if (chosen.length === 0) {
    throw new DbgError(`refused: "${name}" has no interface but lo, so there is nothing to take off the network`, {
      next: [{ what: 'connect it', command: `docker network connect NETWORK ${shellQuote(name)}` }],
    });
  }
  const unproven = chosen.filter((each) => !isProven(each));
  if (unproven.length > 0) {
    throw new DbgError(`refused, and nothing done: ${unproven.map(({ reason }) => reason).join('; ')}`, {
      next: alternatives(name, chosen.filter(isProven)),
    });
  }
  return chosen.filter(isProven);
}

function isProven(each: ContainerInterface): each is ProvenInterface {
  return each.proof === 'both ways' && each.device !== undefined;
}

function alternatives(name: string, sure: readonly ContainerInterface[]): NextStep[] {
  const quoted = shellQuote(name);
  return [
    ...sure.map(({ inside }) => ({
      what: 'only what is sure',
      command: `dbg veth ${quoted} --down --interface ${inside.name}`,
    })),
    { what: 'let the engine do it', command: `docker network disconnect NETWORK ${quoted}` },
  ];
}

/**
 * The command that takes a wire down or brings it back. Always at the host's end: down and up there keep the container's
 * addresses and routes, while at its own end the kernel flushes its routes (net/ipv4/fib_frontend.c, NETDEV_DOWN).
 */
export function linkSet(device: Link, state: CutState): string[] {
  return ['ip', 'link', 'set', 'dev', device.name, state];
}

/**
 * Takes proven interfaces down or brings them back, and gives them as the kernel then shows them. When one fails, those
 * already taken down are brought back and a DbgError says so: never half a cut.
 */
export async function setLinks(
  host: Host,
  interfaces: readonly ProvenInterface[],
  state: CutState,
): Promise<ProvenInterface[]> {
  for (const [done, { device }] of interfaces.entries()) {
    try {
      await host.output(linkSet(device, state));
    } catch (error) {
      if (state === 'down') for (const each of interfaces.slice(0, done)) await host.output(linkSet(each.device, 'up'));
      throw error;
    }
  }
  const links = parseLinks(await host.output(['ip', '-d', '-j', 'link']));
  return interfaces.map((each) => {
    const device = links.find(({ ifindex }) => ifindex === each.device.ifindex);
    if (device === undefined || (linkState(device) === 'down') !== (state === 'down')) {
      throw new DbgError(`${each.device.name} was set ${state}, but the kernel does not show it so`, {
        next: [{ what: 'look', command: `ip -d link show dev ${each.device.name}` }],
      });
    }
    return { ...each, device };
  });
}
