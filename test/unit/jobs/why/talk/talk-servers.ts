import { connect, createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { type Dialed, dialed } from '../../../../../src/jobs/why/talk/dial.ts';

/** Of db.example and 10.0.0.3, from 2020 to 2120, signed by itself. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBWTCB/6ADAgECAgEBMAoGCCqGSM49BAMCMBUxEzARBgNVBAMMCmRiLmV4YW1w
bGUwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBUxEzARBgNVBAMM
CmRiLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATDLnkL5v+tRs2L
Cko50NLlvDqJN+tr6ZSO19WrbFifM/vq+6KZIoeNjPiErJD6DDLSFDcxGQO1XmWN
twF6JMuVoz4wPDAbBgNVHREEFDASggpkYi5leGFtcGxlhwQKAAADMB0GA1UdDgQW
BBRKh7I9hACW0XF+YqdOt58rsXYCpjAKBggqhkjOPQQDAgNJADBGAiEAlpSWHb5R
SF38/LcmPm2ZyG+OVifa2cOC4nSVFZvjClwCIQCRMuZmvofTYnJrkTM1lK0zXEHW
wVfGOHPquy0dG5Tyww==
-----END CERTIFICATE-----`;
/** A key for these tests alone: it guards nothing. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtAewxRZ9rt6Xdqvq
KG9E5yaUumUnjOoNp8cl1+84BIahRANCAATDLnkL5v+tRs2LCko50NLlvDqJN+tr
6ZSO19WrbFifM/vq+6KZIoeNjPiErJD6DDLSFDcxGQO1XmWNtwF6JMuV
-----END PRIVATE KEY-----`;

const servers: Server[] = [];

/** A server on a port of its own, which `closeServers` ends. */
async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export const tlsServer = (options: TlsOptions = {}, onConnection: (socket: Socket) => void = () => undefined) =>
  listen(
    createTls({ key: KEY, cert: CERTIFICATE, ...options }, (socket) =>
      onConnection(socket.on('error', () => undefined)),
    ).on('tlsClientError', () => undefined),
  );

/**
 * A server that says something at once, or when it is asked; undefined: nothing at all. It ends the
 * connection then, or keeps it.
 */
export const plainServer = (says: string | undefined, isAsked = false, isKept = false) =>
  listen(
    createTcp((socket) => {
      socket.on('error', () => undefined);
      if (says === undefined) return;
      const say = () => (isKept ? socket.write(says) : socket.end(says));
      if (isAsked) socket.once('data', say);
      else say();
    }),
  );

export function closeServers(): void {
  for (const server of servers.splice(0)) server.close();
}

/** A connection to a server of this test, in place of a relay's. */
export async function dialTo(port: number): Promise<Dialed> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await new Promise((resolve) => void socket.once('connect', resolve));
  return dialed({
    stdin: socket,
    stdout: socket,
    said: () => '',
    ended: new Promise((resolve) => void socket.once('close', () => resolve())),
    keepAwake: () => undefined,
    kill: () => void socket.destroy(),
  });
}
