import { shellQuote } from '../../../text.ts';
import type { Evidence, Finding } from '../../finding.ts';
import { type ConnectionFacts, within } from '../connection-facts.ts';
import { hostAndPort } from './why-line.ts';

export const TLS = 'TLS';

/** What every check of this layer is given. */
export const NEEDS = ['wish', 'from', 'peer', 'tls'] as const;
export type Given = Pick<ConnectionFacts, (typeof NEEDS)[number]>;

export const place = ({ wish: { host }, tls: { port } }: Given) => hostAndPort(host, port);

/** The command by which a person sees the handshake and the certificates. */
export function handshake({ from, tls: { address, port, expected } }: Given): string {
  const to = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const name = expected === undefined || expected === address ? '' : ` -servername ${shellQuote(expected)}`;
  return within(from, `openssl s_client -connect ${shellQuote(to)}${name} -showcerts`);
}

/** What has to be said where one thing is proven to be wrong. */
export const broken = (
  given: Given,
  sentence: string,
  seen: string,
  next: Finding['next'],
  more: readonly Evidence[] = [],
) => [{ severity: 'broken' as const, sentence, evidence: [{ seen, command: handshake(given) }, ...more], next }];
