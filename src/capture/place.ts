import type { DbgError } from '../errors.ts';
import type { TapEnd } from './tap.ts';

/** A device on which packets are captured, in whatever network namespace. */
export interface Place {
  /** how it is called in a capture: "web/eth0", "host/docker0" */
  readonly name: string;
  /** what tcpdump calls it there */
  readonly device: string;
  /** the argv that runs a program there */
  inThere(argv: readonly string[]): string[];
  /** what is added to its environment */
  readonly env?: Readonly<Record<string, string>>;
  /** what a reader of the capture is told of it */
  readonly description?: string;
  readonly comment?: string;
  readonly mac?: string;
  /** with prefix length */
  readonly addresses?: readonly string[];
  /** the error for a tap that ended before tcpdump began */
  failure?(end: TapEnd): DbgError | undefined;
}
