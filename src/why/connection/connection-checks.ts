import type { AnyCheck } from '../check.ts';
import type { ConnectionFacts } from './connection-facts.ts';
import { DROP_CHECKS } from './drop-checks.ts';
import { HOST_FIREWALL_CHECKS } from './firewall/firewall-checks.ts';
import { CERTIFICATE_CHECKS } from './talk/certificate-checks.ts';
import { HTTP_CHECKS } from './talk/http-checks.ts';
import { LINK_CHECKS } from './link-checks.ts';
import { MEMBERSHIP_CHECKS } from './membership-checks.ts';
import { NAME_CHECKS } from './name-checks.ts';
import { OUTSIDE_CHECKS } from './outside-checks.ts';
import { PEER_CHECKS } from './peer-checks.ts';
import { PUBLISHED_CHECKS } from './published-checks.ts';
import { ROUTE_CHECKS } from './route-checks.ts';
import { PATH_CHECKS } from './path-checks.ts';
import { TLS_CHECKS } from './talk/tls-checks.ts';
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
  ...DROP_CHECKS,
  ...PEER_CHECKS,
  ...TRANSPORT_CHECKS,
  ...PATH_CHECKS,
];

/** What is looked for beside that, each where it was asked for. */
export const FURTHER_CHECKS = {
  /** from somebody outside to a container */
  outside: OUTSIDE_CHECKS,
  /** from the host to a published port */
  published: PUBLISHED_CHECKS,
  tls: [...TLS_CHECKS, ...CERTIFICATE_CHECKS],
  http: HTTP_CHECKS,
} as const satisfies Readonly<Record<string, readonly AnyCheck<ConnectionFacts>[]>>;

/** The checks for a question, in causal order. */
export const checksFor = (asked: {
  readonly [Which in keyof typeof FURTHER_CHECKS]: boolean;
}): readonly AnyCheck<ConnectionFacts>[] => [
  ...(asked.outside ? FURTHER_CHECKS.outside : []),
  ...CONNECTION_CHECKS,
  ...(asked.published ? FURTHER_CHECKS.published : []),
  ...(asked.tls ? FURTHER_CHECKS.tls : []),
  ...(asked.http ? FURTHER_CHECKS.http : []),
];
