import { linkState } from '../../../network/links.ts';
import type { HostMap, MappedInterface } from '../../../network/map/map.ts';
import { escapeControls } from '../../../text.ts';
import { fittingTable, red, type TableLook } from '../../../ui/table.ts';
import { decimalSize } from '../../../sizes.ts';
import { REASON, type RateOf } from './host-record.ts';

const HEADER = ['CONTAINER', 'INTERFACE', 'ADDRESS', 'HOST DEVICE', 'INDEX', 'STATE', 'PROOF'];

/** The columns that a narrow terminal leaves out. Rates and notes stay. */
const LESSER = ['INDEX', 'PROOF', 'ADDRESS', 'HOST DEVICE'];

/**
 * The whole map as a table, one part for each network. With `rates`, two more columns: what each
 * interface receives and sends.
 */
export function mapTable(map: HostMap, rates?: RateOf, look: TableLook = {}): string {
  const noted = map.interfaces.map(notes);
  const rows = map.interfaces.map((each, at) => [...cells(each), ...rateCells(each, rates), noted[at]!]);
  const [header = '', ...lines] = fittingTable([...HEADER, ...(rates ? ['RX', 'TX'] : []), 'NOTES'], rows, look, LESSER)
    .split('\n')
    .slice(0, -1)
    // The dash of an empty note is left out, so that real notes stand out.
    .map((line, at) => (at === 0 || noted[at - 1] ? line : line.replace(/ +-$/, '')))
    .map((line, at) => (map.interfaces[at - 1]?.mark?.isInForce ? red(line, look) : line));
  const headings = map.interfaces.map(heading);
  const parts = lines.map((line, at) =>
    headings[at] === headings[at - 1] ? line : `${at === 0 ? '' : '\n'}${headings[at]}\n${line}`,
  );
  const bare = map.bare.map(({ target, on, sharedBy }) =>
    escapeControls([target.container.name, REASON[on], ...shared(sharedBy)].join('  ')),
  );
  const all = [...(lines.length > 0 ? [header, ...parts] : []), ...(bare.length > 0 ? ['', ...bare] : [])];
  return all.length === 0 ? '' : `${all.join('\n').replace(/^\n/, '')}\n`;
}

/** The heading of a network's part: "app_net: br-7a5ff458321d, mtu 1500". */
function heading({ network, master }: MappedInterface): string {
  const name = network ?? (master ? 'no network of the engine' : 'no network of the engine, no bridge');
  const bridge = master ? `: ${master.name}${master.mtu === undefined ? '' : `, mtu ${master.mtu}`}` : '';
  return escapeControls(`${name}${bridge}`);
}

const cells = ({ target, inside, device, proof }: MappedInterface) => [
  target.container.name,
  inside.name,
  inside.addresses.filter((address) => !isLinkLocal(address)).join(','),
  device?.name ?? '',
  device?.ifindex.toString() ?? '',
  device ? linkState(device) : '',
  proof,
];

/**
 * Whether an address is link-local. Every interface with IPv6 has such an address, made from its
 * MAC address, so tables leave it out. --json has it.
 */
export const isLinkLocal = (address: string) => /^fe[89ab]/.test(address);

function rateCells(each: MappedInterface, rates: RateOf | undefined): string[] {
  if (rates === undefined) return [];
  const rate = rates.get(each);
  return rate ? [`${decimalSize(rate.rx)}/s`, `${decimalSize(rate.tx)}/s`] : ['', ''];
}

/**
 * What to notice about an interface, the worst first. "down" is left out where a cut is the reason.
 */
export function notes({ mark, problems, sharedBy }: Pick<MappedInterface, 'mark' | 'problems' | 'sharedBy'>): string {
  const wrong =
    mark === undefined
      ? problems
      : [
          mark.isInForce ? `cut: ${mark.what}` : `cut no more: ${mark.what} is not in force`,
          ...problems.filter((problem) => problem !== 'down'),
        ];
  return [...wrong, ...shared(sharedBy)].join('; ');
}

const shared = (names: readonly string[]) => (names.length > 0 ? [`shared by ${names.join(', ')}`] : []);
