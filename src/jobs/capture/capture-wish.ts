import type { Item } from '../../capture/getopt.ts';
import type { StopOn } from '../../capture/stop-on.ts';

/** What a person wants captured. */
export interface CaptureWish {
  /** names of containers; empty when the options select them or the person picks one */
  readonly refs: readonly string[];
  readonly items: readonly Item[];
  /**
   * where the packets are written: a path, or "-" for stdout; undefined: tcpdump's text is printed
   */
  readonly path: string | undefined;
  readonly isPcapng: boolean;
  readonly forMs: number | undefined;
  readonly maxSize: number | undefined;
  readonly ring: { readonly files: number; readonly size: number } | undefined;
  readonly stopOn: readonly StopOn[];
  readonly afterMs: number;
  readonly minFree: number | undefined;
  readonly count: number | undefined;
}
