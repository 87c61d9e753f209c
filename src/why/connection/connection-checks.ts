import type { AnyCheck } from '../check.ts';
import type { ConnectionFacts } from './connection-facts.ts';
import { HOST_FIREWALL_CHECKS } from './firewall-checks.ts';
import { LINK_CHECKS } from './link-checks.ts';
import { MEMBERSHIP_CHECKS } from './membership-checks.ts';
import { NAME_CHECKS } from './name-checks.ts';
import { PEER_CHECKS } from './peer-checks.ts';
import { PUBLISHED_CHECKS } from './published-checks.ts';
import { ROUTE_CHECKS } from './route-checks.ts';
import { TRANSPORT_CHECKS } from './transport-checks.ts';

/**
 * Everything that `dbg why CTR HOST[:PORT]` looks for, in causal order. A new check is one line
 * here, or in one of these tables.
 */
export const CONNECTION_CHECKS: readonly AnyCheck<ConnectionFacts>[] = [
  ...NAME_CHECKS,
  ...MEMBERSHIP_CHECKS,
  // Routes come after links: the kernel drops the routes of a device that goes down.
  ...LINK_CHECKS,
  ...ROUTE_CHECKS,
  ...HOST_FIREWALL_CHECKS,
  ...PEER_CHECKS,
  ...TRANSPORT_CHECKS,
];

/** Everything that `dbg why :PORT` looks for. */
export const DOOR_CHECKS: readonly AnyCheck<ConnectionFacts>[] = [...CONNECTION_CHECKS, ...PUBLISHED_CHECKS];
