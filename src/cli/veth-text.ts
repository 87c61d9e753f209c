import type { CutState, ProvenInterface } from '../network/cut.ts';
import type { ContainerInterface, ContainerNetwork } from '../network/interfaces.ts';
import { linkState } from '../network/links.ts';
import { escapeControls, shellQuote } from '../text.ts';
import { table } from '../ui/table.ts';

/** One entry of `dbg veth --json`; the keys are documented in docs/veth.md and stay. */
export function interfaceRecord({ target, inside, network, device, proof, reason }: ContainerInterface) {
  return {
    container: target.container.name,
    id: target.container.id,
    interface: inside.name,
    ifindex: inside.ifindex,
    kind: inside.kind ?? null,
    mac: inside.mac,
    network: network ?? null,
    addresses: inside.addresses,
    host_device: device?.name ?? null,
    peer_ifindex: device?.ifindex ?? null,
    master: device?.master ?? null,
    state: device ? linkState(device) : null,
    proof,
    reason: reason || null,
  };
}

const HEADER = ['CONTAINER', 'INTERFACE', 'NETWORK', 'ADDRESS', 'HOST DEVICE', 'INDEX', 'MASTER', 'STATE', 'PROOF'];

export function interfaceTable(interfaces: readonly ContainerInterface[]): string {
  const rows = interfaces
    .map(interfaceRecord)
    .map((row) => [
      row.container,
      row.interface,
      row.network ?? '',
      row.addresses.join(','),
      row.host_device ?? '',
      row.peer_ifindex?.toString() ?? '',
      row.master ?? '',
      row.state ?? '',
      row.proof,
    ]);
  return table(HEADER, rows);
}

export function noInterfaceText({ target, isHosts }: ContainerNetwork): string {
  const name = escapeControls(target.container.name);
  return isHosts
    ? `dbg: ${name} uses the host's own network: it has no veth\n`
    : `dbg: ${name} has no interface but lo\n`;
}

/** What a cut, or its undoing, did, and to whom else. */
export function cutText(
  network: ContainerNetwork,
  changed: readonly ProvenInterface[],
  state: CutState,
  sharing: readonly string[],
): string {
  const name = network.target.container.name;
  const touched = new Set(changed.map(({ inside }) => inside.ifindex));
  const others = network.interfaces.filter(({ inside }) => !touched.has(inside.ifindex));
  const devices = changed.map((each) => `${each.device.name} (${where(each)}) is ${state}`);
  const parts = [`${whatChanged(name, changed, others, state)}: ${devices.join(', ')}`];
  if (others.length > 0) parts.push(`untouched: ${others.map(where).join('; ')}`);
  if (sharing.length > 0)
    parts.push(`also ${state === 'down' ? 'offline' : 'back'}: ${sharing.join(', ')} (same network namespace)`);
  const undo = state === 'down' ? `stays so until:  dbg veth ${undoArguments(name, changed, others)} --up\n` : '';
  return `${escapeControls(parts.join(' · '))}\n${undo}`;
}

const where = ({ inside, network }: ContainerInterface) =>
  network === undefined ? inside.name : `${inside.name}, ${network}`;

function whatChanged(
  name: string,
  changed: readonly ContainerInterface[],
  others: readonly unknown[],
  state: CutState,
): string {
  const outcome = state === 'down' ? 'offline' : 'back online';
  if (others.length === 0) return `${name} is ${outcome}`;
  return `${changed.map(({ inside }) => inside.name).join(' and ')} of ${name} ${changed.length === 1 ? 'is' : 'are'} ${outcome}`;
}

function undoArguments(name: string, changed: readonly ContainerInterface[], others: readonly unknown[]): string {
  const only = others.length > 0 && changed.length === 1 ? ` --interface ${shellQuote(changed[0]!.inside.name)}` : '';
  return `${shellQuote(name)}${only}`;
}
