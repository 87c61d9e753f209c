import type { DbgError } from '../errors.ts';
import type { TapEnd } from './taps/tap.ts';

/** What a capture file says of an interface to its reader. */
export interface Described {
  /** "web/eth0", "host/docker0" */
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly mac?: string;
  /** with prefix length */
  readonly addresses?: readonly string[];
}

/** A device on which packets are captured, in any network namespace. */
export interface CapturePoint extends Described {
  /** the device's name for tcpdump, in its namespace */
  readonly device: string;
  /** Gives the argv that runs a program in the device's namespace. */
  inThere(argv: readonly string[]): string[];
  /** variables that are added to the environment of a tap */
  readonly env?: Readonly<Record<string, string>>;
  /** The device belongs to a container and goes with it. */
  readonly mayVanish?: boolean;
  /** For a capture on all devices ("any"): the device with an index. */
  interfaceOf?(ifindex: number): Described;
  /** for a capture on all devices: the indexes of those that were up when the capture began */
  readonly indexes?: readonly number[];
  /**
   * Gives the error for a tap that ended before tcpdump began; undefined when there is nothing to
   * say.
   */
  failure?(end: TapEnd): DbgError | undefined;
}
