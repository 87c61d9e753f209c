import type { AnyCheck } from '../check.ts';
import type { ContainerFacts } from './facts.ts';
import { CLOCK_CHECKS } from './clock-checks.ts';
import { DRIFT_CHECKS } from './drift-checks.ts';
import { LIFE_CHECKS } from './life-checks.ts';
import { MOUNT_CHECKS } from './mount-checks.ts';
import { NETWORK_CHECKS } from './network/network-checks.ts';
import { HOST_RESOLVER_CHECKS } from './network/resolver-checks.ts';
import { PROCESS_CHECKS } from './process-checks.ts';
import { REFUSAL_CHECKS } from './refusal-checks.ts';
import { RESOURCE_CHECKS } from './resource-checks.ts';
import { RIGHTS_CHECKS } from './rights-checks.ts';
import { STORAGE_CHECKS } from './storage-checks.ts';
import { SWAP_CHECKS } from './swap-checks.ts';

/**
 * Everything that `dbg why CTR` looks for, in causal order. A new check is one line here, or in one
 * of these tables.
 */
export const CONTAINER_CHECKS: readonly AnyCheck<ContainerFacts>[] = [
  ...LIFE_CHECKS,
  ...RESOURCE_CHECKS,
  ...SWAP_CHECKS,
  ...STORAGE_CHECKS,
  ...PROCESS_CHECKS,
  ...NETWORK_CHECKS,
  ...RIGHTS_CHECKS,
  ...REFUSAL_CHECKS,
  ...DRIFT_CHECKS,
  ...MOUNT_CHECKS,
  ...CLOCK_CHECKS,
  ...HOST_RESOLVER_CHECKS,
];
