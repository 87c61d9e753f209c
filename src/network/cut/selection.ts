import { hasNamedCut } from '../reasons.ts';
import { DbgError, type NextStep } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { type ContainerInterface, type ContainerNetwork } from '../interfaces.ts';
import { ownPoint } from '../netns-path.ts';
import type { Link } from '../links.ts';
import type { NetnsPath } from '../netns-path.ts';

/** An interface that can be cut without harm to others, and where. */
export interface Cuttable extends ContainerInterface {
  readonly at: {
    readonly device: Link;
    readonly place: NetnsPath;
    /** peer: the proven other end of its wire; own: the container's own device, in its namespace */
    readonly side: 'peer' | 'own';
  };
}

/** What is to be done to the interfaces that are meant. */
export interface Change {
  readonly isUndoing: boolean;
  /** its options as they were typed, for a line that a person can type again */
  readonly typed: string;
}

/** Which of a container's interfaces are meant; all of them when neither is given. */
export interface Selection {
  readonly interface?: string;
  readonly network?: string;
}

/** Whether a person chose this one. */
export const isSelected =
  ({ interface: name, network: wanted }: Selection) =>
  ({ inside, network }: ContainerInterface): boolean =>
    (name === undefined || inside.name === name) && (wanted === undefined || network === wanted);

/** The interfaces that a person chose. Throws a DbgError that names the ones there are. */
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

/** Whether the person named what is meant; else it is all that the engine put there. */
const isNamed = ({ interface: name, network }: Selection) => name !== undefined || network !== undefined;

/**
 * The interfaces to act on. Throws a DbgError when one of those that are meant cannot be cut without harm to others, or is not
 * certainly the container's: then nothing at all is done. Meant are those that a person chose; else, for a cut, all that the engine
 * put there (what a container makes itself, a bridge or inner veths, has no wire of its own to the host); and for its undoing, what
 * can be undone.
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
 * Where an interface is cut; undefined when it cannot be.
 * @param isWished a person has named it, or it is to be brought back: then one without a host end
 * is cut on its own side as well
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
    what: 'only what is sure',
    command: `dbg veth ${shellQuote(name)} ${typed} --interface ${shellQuote(inside.name)}`,
  }));
  return [...only, { what: 'let the engine do it', command: `docker network disconnect NETWORK ${shellQuote(name)}` }];
}
