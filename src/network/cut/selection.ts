import { hasNamedCut } from '../reasons.ts';
import { DbgError, type NextStep } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { type ContainerInterface, type ContainerNetwork } from '../interfaces.ts';
import { ownPoint } from '../netns-path.ts';
import type { Link } from '../links.ts';
import type { NetnsPath } from '../netns-path.ts';

/** An interface that can be cut without harm to others, and the place where it is cut. */
export interface Cuttable extends ContainerInterface {
  readonly at: {
    readonly device: Link;
    readonly place: NetnsPath;
    /**
     * peer: at the proven other end of the wire; own: at the container's own device, in its
     * namespace
     */
    readonly side: 'peer' | 'own';
  };
}

/** What is to be done to the interfaces that a person means. */
export interface Change {
  readonly isUndoing: boolean;
  /** the options as the person typed them, for a line that the person can type again */
  readonly typed: string;
}

/** Which of a container's interfaces a person means: all of them when neither field is given. */
export interface Selection {
  readonly interface?: string;
  readonly network?: string;
}

/** Whether an interface is among those that a person chose. */
export const isSelected =
  ({ interface: name, network: wanted }: Selection) =>
  ({ inside, network }: ContainerInterface): boolean =>
    (name === undefined || inside.name === name) && (wanted === undefined || network === wanted);

/**
 * The interfaces that a person chose. When there is none, throws a DbgError that lists the
 * interfaces there are.
 */
export function selected(network: ContainerNetwork, selection: Selection): readonly ContainerInterface[] {
  const { interfaces, target } = network;
  const { interface: name, network: wanted } = selection;
  const chosen = interfaces.filter(isSelected(selection));
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
 * Whether the person named an interface or a network. Otherwise all that the engine put there are
 * meant.
 */
const isNamed = ({ interface: name, network }: Selection) => name !== undefined || network !== undefined;

/**
 * The interfaces to cut or to restore. Which are meant:
 * - the ones that a person named
 * - else, for a cut, all that the engine put there. What a container makes itself, a bridge or
 *   veths within it, has no wire of its own to the host.
 * - else, for an undoing, the ones that can be undone
 *
 * Throws a DbgError when one that is meant cannot be cut without harm to others, or is not
 * certainly the container's. Then nothing at all is done.
 */
export function cuttable(network: ContainerNetwork, selection: Selection, change: Change): Cuttable[] {
  const { isUndoing } = change;
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
  const isWished = (each: ContainerInterface) => isNamed(selection) || (isUndoing && each.ownMark !== undefined);
  const can = chosen.flatMap((each) => cutPoint(network, each, isWished(each)) ?? []);
  const missing = meant(chosen, selection, isUndoing).filter(
    ({ inside }) => !can.some((each) => each.inside === inside),
  );
  if (missing.length > 0 || can.length === 0) {
    const those = missing.length > 0 ? missing : chosen;
    const named = those.flatMap((each) => cutPoint(network, each, true) ?? []);
    throw new DbgError(`refused, and nothing done: ${those.map(({ reason }) => reason).join('; ')}`, {
      next: alternatives(name, [...new Set([...can, ...named])], change.typed),
    });
  }
  return can;
}

function meant(chosen: readonly ContainerInterface[], selection: Selection, isUndoing: boolean) {
  if (isNamed(selection)) return chosen;
  if (isUndoing) return [];
  const engines = chosen.filter(({ network }) => network !== undefined);
  return engines.length > 0 ? engines : chosen;
}

/**
 * The interface with the place where it is cut; undefined when it cannot be cut.
 * @param isWished a person named the interface, or its cut is to be undone. Then an interface
 *   without a host end may be cut at its own device too.
 */
function cutPoint(
  { target, netns }: ContainerNetwork,
  each: ContainerInterface,
  isWished: boolean,
): Cuttable | undefined {
  const { cutAt, device, place, inside } = each;
  const own = { ...ownPoint(target, netns, inside), side: 'own' } as const;
  if (cutAt === 'own') return { ...each, at: own };
  if (cutAt === undefined && isWished && hasNamedCut(inside)) {
    return { ...each, cutAt: 'own', mark: each.ownMark, ownMark: undefined, at: own };
  }
  return cutAt === 'peer' && device ? { ...each, at: { device, place, side: 'peer' } } : undefined;
}

function alternatives(name: string, can: readonly Cuttable[], typed: string): NextStep[] {
  const only = can.map(({ inside }) => ({
    what: 'only this interface',
    command: `dbg veth ${shellQuote(name)} ${typed} --interface ${shellQuote(inside.name)}`,
  }));
  return [...only, { what: 'let the engine do it', command: `docker network disconnect NETWORK ${shellQuote(name)}` }];
}
