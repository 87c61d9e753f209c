import { DbgError, errorMessage, type NextStep } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { inHostNetwork } from '../host/namespaces.ts';
import { shellLine, shellQuote } from '../text.ts';
import type { ContainerInterface, ContainerNetwork } from './interfaces.ts';
import { linkState, parseLinks, type Link } from './links.ts';
import { inPlace } from './place.ts';

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
  const what = [
    `no interface${name === undefined ? '' : ` "${name}"`}`,
    ...(wanted === undefined ? [] : [`on network "${wanted}"`]),
  ].join(' ');
  const there = interfaces.map(({ inside, network: on }) =>
    on === undefined ? inside.name : `${inside.name} on ${on}`,
  );
  throw new DbgError(`container "${target.container.name}" has ${what} (it has: ${there.join(', ') || 'only lo'})`, {
    next: [{ what: 'see them', command: `dbg veth ${shellQuote(target.container.name)}` }],
  });
}

/**
 * The interfaces to act on. Throws a DbgError when one of those that are meant is not certainly one end of the container's own
 * wire: then nothing at all is done. Meant are those that a person chose; else, for a cut, all that the engine put there (what a
 * container makes itself, a bridge or inner veths, has no wire of its own to the host); and for its undoing, what can be undone.
 */
export function proven(network: ContainerNetwork, selection: Selection, state: CutState): ProvenInterface[] {
  const { name } = network.target.container;
  if (network.isHosts) {
    throw new DbgError(`refused: "${name}" uses the host's own network, so taking it off would take the host off`, {
      next: [{ what: 'stop its traffic by stopping it', command: `docker pause ${shellQuote(name)}` }],
    });
  }
  const chosen = selected(network, selection);
  if (chosen.length === 0) {
    throw new DbgError(`refused: "${name}" has no interface but lo, so there is nothing to take off the network`, {
      next: [{ what: 'connect it', command: `docker network connect NETWORK ${shellQuote(name)}` }],
    });
  }
  const sure = chosen.filter(isProven);
  const missing = meant(chosen, selection, state).filter((each) => !isProven(each));
  if (missing.length > 0 || sure.length === 0) {
    const reasons = (missing.length > 0 ? missing : chosen).map(({ reason }) => reason);
    throw new DbgError(`refused, and nothing done: ${reasons.join('; ')}`, { next: alternatives(name, sure, state) });
  }
  return sure;
}

function meant(
  chosen: readonly ContainerInterface[],
  selection: Selection,
  state: CutState,
): readonly ContainerInterface[] {
  if (selection.interface !== undefined || selection.network !== undefined) return chosen;
  if (state === 'up') return [];
  const engines = chosen.filter(({ network }) => network !== undefined);
  return engines.length > 0 ? engines : chosen;
}

function isProven(each: ContainerInterface): each is ProvenInterface {
  return each.proof === 'both ways' && each.device !== undefined;
}

function alternatives(name: string, sure: readonly ContainerInterface[], state: CutState): NextStep[] {
  const only = sure.map(({ inside }) => ({
    what: 'only what is sure',
    command: `dbg veth ${shellQuote(name)} --${state} --interface ${shellQuote(inside.name)}`,
  }));
  return [...only, { what: 'let the engine do it', command: `docker network disconnect NETWORK ${shellQuote(name)}` }];
}

/**
 * The command that takes a wire down or brings it back. Always at the host's end: down and up there keep the container's
 * addresses and routes, while at its own end the kernel flushes its routes (net/ipv4/fib_frontend.c, NETDEV_DOWN).
 */
export function linkSet(
  host: Host,
  { device, place }: Pick<ProvenInterface, 'device' | 'place'>,
  state: CutState,
): string[] {
  return inPlace(host, place, ['ip', 'link', 'set', 'dev', device.name, state]);
}

/**
 * Takes proven interfaces down or brings them back, and gives them as the kernel then shows them. When one cannot be taken
 * down, those that this call took down are brought back: never half a cut. Throws a DbgError that says what is left to do.
 */
export async function setLinks(
  host: Host,
  interfaces: readonly ProvenInterface[],
  state: CutState,
): Promise<ProvenInterface[]> {
  const done: ProvenInterface[] = [];
  try {
    for (const each of interfaces) {
      await host.output(linkSet(host, each, state));
      done.push(each);
    }
    return seenAs(parseLinks(await host.output(inHostNetwork(host, ['ip', '-d', '-j', 'link']))), done, state);
  } catch (error) {
    if (state === 'up') throw error;
    // One that was down before was somebody's wish.
    const undo = done.filter(({ device }) => linkState(device) !== 'down').map((each) => linkSet(host, each, 'up'));
    const outcomes = await Promise.allSettled(undo.map((command) => host.output(command)));
    const left = undo.filter((_, at) => outcomes[at]!.status === 'rejected');
    throw new DbgError(`the cut failed${left.length > 0 ? '' : ', and is undone'}: ${errorMessage(error)}`, {
      cause: error,
      next: left.map((command) => ({ what: 'bring it back', command: shellLine(command) })),
    });
  }
}

/** The interfaces with their devices as they are now. Throws when one is not in the state it was put into. */
function seenAs(links: readonly Link[], interfaces: readonly ProvenInterface[], state: CutState): ProvenInterface[] {
  return interfaces.map((each) => {
    const device = links.find(({ ifindex }) => ifindex === each.device.ifindex);
    if (device === undefined || (linkState(device) === 'down') !== (state === 'down')) {
      throw new DbgError(`${each.device.name} was set ${state}, but the kernel does not show it so`, {
        next: [{ what: 'look', command: shellLine(['ip', '-d', 'link', 'show', 'dev', each.device.name]) }],
      });
    }
    return { ...each, device };
  });
}
