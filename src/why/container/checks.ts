import type { AnyCheck } from '../check.ts';
import type { ContainerFacts } from './facts.ts';
import { LIFE_CHECKS } from './life-checks.ts';

/** Everything that `dbg why CTR` looks for, in causal order. A new check is one line here, or in one of these tables. */
export const CONTAINER_CHECKS: readonly AnyCheck<ContainerFacts>[] = [...LIFE_CHECKS];
