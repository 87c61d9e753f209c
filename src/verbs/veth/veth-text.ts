import type { Dependents } from '../../network/cut/dependents.ts';
import type { Cut } from '../../network/cut/cut-plan.ts';
import type { Cuttable } from '../../network/cut/selection.ts';
import type { ContainerInterface, ContainerNetwork } from '../../network/interfaces.ts';
import { linkState } from '../../network/links.ts';
import { duration, escapeControls, shellQuote } from '../../text.ts';
import { fittingTable, red, type TableLook } from '../../ui/table.ts';

/** The mark of a cut, at the interface's host end or at its own. */
const cutOf = ({ mark, ownMark }: ContainerInterface) => mark ?? ownMark;

/** One entry of `dbg veth --json`. The keys are documented in docs/veth.md and must not change. */
export function interfaceRecord(each: ContainerInterface) {
  const { target, inside, network, device, place, proof, reason } = each;
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
    namespace: place.path ?? null,
    master: device?.master ?? null,
    mtu: inside.mtu || null,
    peer_mtu: device?.mtu || null,
    state: device ? linkState(device) : null,
    proof,
    reason: reason || null,
    cut: cutOf(each)?.isInForce ? cutOf(each)!.what : null,
  };
}

const HEADER = [
  'CONTAINER',
  'INTERFACE',
  'NETWORK',
  'ADDRESS',
  'HOST DEVICE',
  'INDEX',
  'MASTER',
  'MTU',
  'STATE',
  'PROOF',
];

/**
 * The MTU, or both ends' MTUs where they differ: a packet larger than the other end's is then
 * dropped silently.
 */
const mtuOf = ({ mtu, peer_mtu }: ReturnType<typeof interfaceRecord>) =>
  mtu === null || peer_mtu === null || mtu === peer_mtu ? String(mtu ?? peer_mtu ?? '') : `${mtu} ≠ ${peer_mtu}`;

export function interfaceTable(interfaces: readonly ContainerInterface[], look: TableLook = {}): string {
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
      mtuOf(row),
      row.state ?? '',
      row.proof,
    ]);
  return fittingTable(HEADER, rows, look, ['INDEX', 'MASTER', 'NETWORK'])
    .split('\n')
    .map((line, at) => (at > 0 && interfaces[at - 1] && cutOf(interfaces[at - 1]!)?.isInForce ? red(line, look) : line))
    .join('\n');
}

export function noInterfaceText({ target, isHosts }: ContainerNetwork): string {
  const name = escapeControls(target.container.name);
  return isHosts
    ? `dbg: ${name} uses the host's own network: it has no veth\n`
    : `dbg: ${name} has no interface but lo\n`;
}

/**
 * Whom a cut affects beside the container. One line for each kind, printed before the cut is made.
 */
export function dependentsText({ ports, services }: Dependents): string {
  const lines = [
    ...(ports.length > 0 ? [`published ports that it answers on: ${ports.join(', ')}`] : []),
    ...(services.length > 0 ? [`services that depend on it: ${services.join(', ')}`] : []),
  ];
  return lines.map((line) => `dbg: ${escapeControls(line)}\n`).join('');
}

/** What a cut did, which other containers it affects, and how it ends. */
export function cutText(
  network: ContainerNetwork,
  cuts: readonly Cut[],
  { sharing, milliseconds }: { readonly sharing: readonly string[]; readonly milliseconds: number | undefined },
): string {
  if (cuts.length === 0) return '';
  const { name } = network.target.container;
  const changed = cuts.map((cut) => cut.interface);
  const others = untouched(network, changed);
  const isOffline = cuts.every(({ down, mark }) => down || mark.what === 'blackhole');
  const devices = cuts.map((cut) => `${cut.interface.at.device.name} (${where(cut.interface)}) ${cutWords(cut)}`);
  const parts = [`${whatChanged(name, changed, others, isOffline ? 'offline' : 'cut')}: ${devices.join(', ')}`];
  if (others.length > 0) parts.push(`untouched: ${others.map(where).join('; ')}`);
  if (sharing.length > 0)
    parts.push(`also ${isOffline ? 'offline' : 'cut'}: ${sharing.join(', ')} (same network namespace)`);
  const command = `dbg veth ${undoArguments(name, changed, others)} --up`;
  const until = milliseconds === undefined ? 'stays so until:' : `back in ${milliseconds / 1000} s, on Ctrl-C, or by:`;
  return `${escapeControls(parts.join(' · '))}\n${until}  ${escapeControls(command)}\n`;
}

function cutWords({ down, mark, interface: { cutAt } }: Cut): string {
  const own = cutAt === 'own' ? ", at the container's own end: there is no other on this host; its routes stay" : '';
  if (down) return 'is down';
  if (mark.what === 'blackhole') return `drops every frame, its carrier stays${own}`;
  return `has ${mark.what}${own}`;
}

/** What `--up` did, and which other containers it affects. */
export function restoredText(
  network: ContainerNetwork,
  changed: readonly Cuttable[],
  sharing: readonly string[],
): string {
  const { name } = network.target.container;
  const devices = changed.map((each) => `${each.at.device.name} (${where(each)}) is ${linkState(each.at.device)}`);
  const parts = [`${whatChanged(name, changed, untouched(network, changed), 'back online')}: ${devices.join(', ')}`];
  if (sharing.length > 0) parts.push(`also back: ${sharing.join(', ')} (same network namespace)`);
  return `${escapeControls(parts.join(' · '))}\n`;
}

function untouched(network: ContainerNetwork, changed: readonly ContainerInterface[]): ContainerInterface[] {
  const touched = new Set(changed.map(({ inside }) => inside.ifindex));
  return network.interfaces.filter(({ inside }) => !touched.has(inside.ifindex));
}

/** Tells that an interface is cut, by whom and until when. Empty when it is not cut. */
export function markText(each: ContainerInterface, now: number): string {
  const mark = cutOf(each);
  if (mark === undefined) return '';
  const seconds = Math.floor(now / 1000);
  const until =
    mark.until === 0
      ? ''
      : mark.until < seconds
        ? ', overdue'
        : `, for ${duration((mark.until - seconds) * 1000)} more`;
  const name = shellQuote(each.target.container.name);
  if (!mark.isInForce) {
    const lifted = `${each.inside.name} is no longer cut: its mark says ${mark.what} by ${mark.by}, which is not in force in the kernel (undone there, or the device renamed); remove the mark:  dbg veth ${name} --up`;
    return `dbg: ${escapeControls(lifted)}\n`;
  }
  const text = `${each.inside.name} is cut: ${mark.what} by ${mark.by}, ${duration((seconds - mark.since) * 1000)} ago${until}; bring it back:  dbg veth ${name} --up`;
  return `dbg: ${escapeControls(text)}\n`;
}

const where = ({ inside, network }: ContainerInterface) =>
  network === undefined ? inside.name : `${inside.name}, ${network}`;

function whatChanged(
  name: string,
  changed: readonly ContainerInterface[],
  others: readonly unknown[],
  outcome: string,
): string {
  if (others.length === 0) return `${name} is ${outcome}`;
  return `${changed.map(({ inside }) => inside.name).join(' and ')} of ${name} ${changed.length === 1 ? 'is' : 'are'} ${outcome}`;
}

function undoArguments(name: string, changed: readonly ContainerInterface[], others: readonly unknown[]): string {
  const only = others.length > 0 && changed.length === 1 ? ` --interface ${shellQuote(changed[0]!.inside.name)}` : '';
  return `${shellQuote(name)}${only}`;
}
