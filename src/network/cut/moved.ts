import type { Host } from '../../host/host.ts';
import type { ContainerInterface } from '../interfaces.ts';
import { parseMark } from './mark.ts';
import type { DevicePoint } from '../netns-path.ts';
import { unmarkArgv } from './cut-plan.ts';

/**
 * Host ends with a mark of dbg's, but where the interface is not cut there: somebody moved them
 * into another network namespace, and the mark with them.
 */
export const movedEnds = (interfaces: readonly ContainerInterface[]): MovedEnd[] =>
  interfaces.flatMap(({ inside, device, place, cutAt }) =>
    cutAt === 'own' && device && parseMark(device.alias) ? [{ inside, device, place }] : [],
  );

type MovedEnd = DevicePoint & Pick<ContainerInterface, 'inside'>;

/** Takes their marks away: of all that dbg did, nothing else moves with a device. */
export const unmark = (host: Host, ends: readonly MovedEnd[]) =>
  Promise.all(ends.map((end) => host.output(unmarkArgv(host, end))));

/** Where the host end of an interface is, of which that is unexpected. */
export const hostEndMoved = ({ inside, place }: Pick<ContainerInterface, 'inside' | 'place'>) =>
  `the host end of ${inside.name} is in ${place.path ?? "the host's network namespace"} now`;
