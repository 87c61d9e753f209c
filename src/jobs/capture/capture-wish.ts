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
  /** the capture ends after this time */
  readonly forMs: number | undefined;
  /** the capture ends when it has this many bytes */
  readonly maxSize: number | undefined;
  /** the capture is split into files of `size` bytes, of which the newest `files` are kept */
  readonly ring: { readonly files: number; readonly size: number } | undefined;
  readonly stopOn: readonly StopOn[];
  /** how long the capture goes on after one of `stopOn` has happened */
  readonly afterMs: number;
  /**
   * in bytes: the capture ends when the disk has less free space; undefined: dbg chooses a limit
   */
  readonly minFree: number | undefined;
  /** the capture ends after this many packets */
  readonly count: number | undefined;
}
