import { errorMessage } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import type { Link } from '../links.ts';
import type { MappedInterface } from './map.ts';

/** A further name (altname) for a host device, which dbg is to give or to take away. */
export interface Label {
  readonly device: string;
  readonly altname: string;
  readonly interface: MappedInterface;
}

/**
 * A plan for labels: those to give or take away, those that are there already, and why others
 * cannot be given.
 */
export interface LabelPlan {
  readonly change: readonly Label[];
  readonly already: readonly Label[];
  readonly refused: readonly string[];
}

/** ALTIFNAMSIZ of linux/if.h, without the byte that ends the name */
const LONGEST = 127;

/**
 * The label for the host device of an interface, "web.eth0". undefined when the label would be too
 * long, or when the interface's name has characters that a device's name usually does not have: the
 * container chooses that name.
 */
export function labelOf({ target, inside }: MappedInterface): string | undefined {
  const altname = `${target.container.name}.${inside.name}`;
  return /^[\w@-][\w.@-]*$/.test(altname) && altname.length <= LONGEST ? altname : undefined;
}

/**
 * Plans labels for the host devices that are proven to be the peers of these interfaces. A name
 * that another device has is left to that device.
 */
export function planLabels(interfaces: readonly MappedInterface[], hostLinks: readonly Link[]): LabelPlan {
  const holder = new Map(
    hostLinks.flatMap((link) => [link.name, ...(link.altnames ?? [])].map((name) => [name, link.name])),
  );
  const plan = { change: [] as Label[], already: [] as Label[], refused: [] as string[] };
  for (const each of interfaces) {
    const { device, proof, reason, inside, target } = each;
    const altname = labelOf(each);
    const who = `${inside.name} of ${target.container.name}`;
    if (device === undefined || proof !== 'both ways') plan.refused.push(`no name for ${who}: ${reason}`);
    else if (altname === undefined) plan.refused.push(`no name for ${who}: a device cannot have such a name`);
    else if (holder.get(altname) === device.name) plan.already.push({ device: device.name, altname, interface: each });
    else if (holder.has(altname)) plan.refused.push(`no name for ${who}: ${holder.get(altname)} is called ${altname}`);
    else plan.change.push({ device: device.name, altname, interface: each });
  }
  return plan;
}

/** Plans to take dbg's labels away. Every other altname is somebody else's and stays. */
export function planUnlabels(interfaces: readonly MappedInterface[]): LabelPlan {
  const change = interfaces.flatMap((each): Label[] => {
    const altname = labelOf(each);
    if (altname === undefined || !each.device?.altnames?.includes(altname)) return [];
    return [{ device: each.device.name, altname, interface: each }];
  });
  return { change, already: [], refused: [] };
}

/** The argv that gives or takes away a label (`ip-link(8)`, property; Linux 5.5, iproute2 5.4). */
export function labelCommand({ device, altname }: Label, action: 'add' | 'del'): string[] {
  return ['ip', 'link', 'property', action, 'dev', device, 'altname', altname];
}

/**
 * Gives or takes away labels, one device after the other. When one fails, the others are done all
 * the same. Returns the labels that were done, and a text for each that failed.
 */
export async function applyLabels(host: Host, labels: readonly Label[], action: 'add' | 'del') {
  const done: Label[] = [];
  const failed: string[] = [];
  for (const label of labels) {
    try {
      await host.output(inHostNetwork(host, labelCommand(label, action)));
      done.push(label);
    } catch (error) {
      failed.push(`${label.device} (${label.altname}): ${errorMessage(error)}`);
    }
  }
  return { done, failed };
}
