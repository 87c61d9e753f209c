import type { DbgError } from '../errors.ts';
import type { TapEnd } from './taps/tap.ts';

/** What a reader of a capture is told of an interface. */
export interface Described {
  /** "web/eth0", "host/docker0" */
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly mac?: string;
  /** with prefix length */
  readonly addresses?: readonly string[];
}

/** A device on which packets are captured, in whatever network namespace. */
export interface CapturePoint extends Described {
  /** what tcpdump calls it there */
  readonly device: string;
  /** the argv that runs a program there */
  inThere(argv: readonly string[]): string[];
  /** what is added to its environment */
  readonly env?: Readonly<Record<string, string>>;
  /** It belongs to a container, and goes with it. */
  readonly mayVanish?: boolean;
  /** Of a capture on all devices ("any"), the one that has an index. */
  interfaceOf?(ifindex: number): Described;
  /** the indexes of those that were up when the capture began */
  readonly indexes?: readonly number[];
  /** the error for a tap that ended before tcpdump began */
  failure?(end: TapEnd): DbgError | undefined;
}
