import type { CutOptions } from './cut-wish.ts';
import type { HostOptions } from './host/host-options.ts';
export interface VethOptions extends CutOptions, HostOptions {
  readonly up?: boolean;
  readonly status?: boolean;
  readonly restoreAll?: boolean;
}
