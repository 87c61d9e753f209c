import { PUBLISHED_UNHEARD_CHECK } from './published-unheard-check.ts';
import { RESOLVER_CHECKS } from './resolver-checks.ts';
import { WIRE_CHECKS } from './wire-checks.ts';

/** What is wrong with the container's network, in causal order: its wires, its names, its ports. */
export const NETWORK_CHECKS = [...WIRE_CHECKS, ...RESOLVER_CHECKS, PUBLISHED_UNHEARD_CHECK] as const;
