import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface Peer {
  /** address and port */
  readonly peer: string;
  /** the common name of its certificate */
  readonly certificate: string | undefined;
}

/** A client's address, and whom its certificate names; undefined: the client has gone already. */
export function peerOf(client: Socket): Peer | undefined {
  const { remoteAddress, remotePort } = client;
  if (remoteAddress === undefined) return undefined;
  const subject = client instanceof TLSSocket ? client.getPeerCertificate()?.subject : undefined;
  const peer = remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
  return { peer, certificate: subject?.CN?.toString() };
}
