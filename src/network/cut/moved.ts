import type { Host } from '../../host/host.ts';
import type { ContainerInterface } from '../interfaces.ts';
import { parseMark } from './mark.ts';
import type { DevicePoint } from '../netns-path.ts';
import { unmarkArgv } from './cut-plan.ts';

/**
 * The host ends that have dbg's mark although their interface is not cut there. Somebody moved such
 * a device into another network namespace, and its mark moved with it.
 */
export const movedEnds = (interfaces: readonly ContainerInterface[]): MovedEnd[] =>
  interfaces.flatMap(({ inside, device, place, cutAt }) =>
    cutAt === 'own' && device && parseMark(device.alias) ? [{ inside, device, place }] : [],
  );

type MovedEnd = DevicePoint & Pick<ContainerInterface, 'inside'>;

/** Takes the marks off moved host ends. Nothing else of a cut moves with a device. */
export const unmark = (host: Host, ends: readonly MovedEnd[]) =>
  Promise.all(ends.map((end) => host.output(unmarkArgv(host, end))));

/** Says in which namespace an interface's host end is, when it is not where it should be. */
export const hostEndMoved = ({ inside, place }: Pick<ContainerInterface, 'inside' | 'place'>) =>
  `the host end of ${inside.name} is in ${place.path ?? "the host's network namespace"} now`;
