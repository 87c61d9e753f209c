import type { Socket } from 'node:net';
import type { ContainerdAddress, EngineAddress } from './address.ts';
import type { EngineChoice } from './choice/choose-engine.ts';
import type { Engine } from './engine.ts';
import type { Dial } from './ways/over-dockerode.ts';
import type { Output } from './containerd/ctr-way.ts';
import { overHttp } from './ways/over-http.ts';
import { overSocket } from './ways/over-socket.ts';
import type { Carrier } from './ways/ssh-connection.ts';

/**
 * Opens the engine that was chosen, by the way that costs the least for it. Nothing is sent yet.
 * @param carry starts ssh
 * @param output runs ctr
 */
export async function openEngine(
  { address, form, client }: Pick<EngineChoice, 'address' | 'form' | 'client'>,
  carry: (argv: readonly string[]) => Promise<Carrier>,
  output: Output,
): Promise<Engine> {
  if (address.kind === 'unix') return overSocket(address, form, client);
  if (address.kind === 'containerd') {
    const { ctrWay } = await import('./containerd/ctr-way.ts');
    return overHttp(address, ctrWay(address.path, output));
  }
  const { overDockerode } = await import('./ways/over-dockerode.ts');
  return overDockerode(address, form, await dialOf(address, carry), client);
}

/**
 * How connections to an engine are made. Throws a DbgError where TLS's files cannot be read.
 * @param carry starts ssh
 */
export async function dialOf(
  address: Exclude<EngineAddress, ContainerdAddress>,
  carry: (argv: readonly string[]) => Promise<Carrier>,
): Promise<Dial> {
  if (address.kind === 'ssh') return (await import('./ways/ssh-connection.ts')).dialSsh(address, carry);
  const dial = await (await import('./ways/engine-dialer.ts')).dialer(address, false);
  return (dialed) => {
    let connection: Socket;
    try {
      connection = dial();
    } catch (error) {
      // node:tls throws for a key that does not belong to its certificate.
      return dialed(error as Error);
    }
    dialed(null, connection);
  };
}
