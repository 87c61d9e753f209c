import type { PidOption } from '../../cli/arguments/by-pid.ts';
import type { CutOptions } from './cut-wish.ts';
import type { HostOptions } from './host/host-options.ts';
export interface VethOptions extends CutOptions, HostOptions, PidOption {
  readonly up?: boolean;
  readonly status?: boolean;
  readonly restoreAll?: boolean;
}
