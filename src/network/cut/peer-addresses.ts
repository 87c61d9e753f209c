import type { Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { hostNamespace } from '../../host/host-namespace.ts';
import { linksInside } from '../look-inside.ts';

/**
 * All addresses of a container that is a peer, as its own namespace lists them: of both families,
 * and link-local ones too. Throws a DbgError when they are not that container's alone, or when it
 * has none.
 * @param netns the text of the link /proc/PID/ns/net of the container that is to be cut
 */
export async function peerAddresses(host: Host, peer: Target, netns: string | undefined): Promise<string[]> {
  const its = host.link(`/proc/${peer.pid}/ns/net`);
  const { name } = peer.container;
  if (its === hostNamespace(host, 'net')) {
    throw new DbgError(`"${name}" uses the host's own network: its addresses are the host's`, {
      next: [{ what: 'name the address that is meant', command: 'dbg veth … --drop ADDRESS[:PORT]' }],
    });
  }
  if (its === netns)
    throw new DbgError(`"${name}" is in the same network namespace: no frame between them passes a device`);
  const addresses = (await linksInside(host, peer))
    .filter(({ flags }) => !flags.includes('LOOPBACK'))
    .flatMap((link) => link.addresses.map((address) => address.split('/')[0]!));
  if (addresses.length === 0)
    throw new DbgError(`"${name}" has no address, by which its traffic could be told from that of others`);
  return addresses;
}
