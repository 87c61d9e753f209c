import type { HostMap, MappedInterface } from '../../../network/map/map.ts';
import { escapeControls } from '../../../text.ts';
import { REASON } from './host-record.ts';
import { isLinkLocal, notes } from './host-text.ts';

/** The map as nodes and edges. The ids are dbg's own. Every label is text from outside. */
interface Graph {
  readonly networks: readonly { readonly id: string; readonly label: string }[];
  readonly containers: readonly { readonly id: string; readonly label: string }[];
  readonly wires: readonly {
    readonly from: string;
    readonly to: string;
    readonly label: string;
    readonly isBad: boolean;
  }[];
}

function graphOf({ interfaces, bare }: HostMap): Graph {
  const networks = new Map<string, string>();
  const containers = new Map<string, string>();
  const idIn = (nodes: Map<string, string>, prefix: string, key: string, label: string) => {
    const at = [...nodes.keys()].indexOf(key);
    if (at < 0) nodes.set(key, label);
    return `${prefix}${at < 0 ? nodes.size - 1 : at}`;
  };
  const container = ({ container: { id, name } }: MappedInterface['target'], more: readonly string[]) =>
    idIn(containers, 'c', id, [name, ...more].join('\n'));
  const wires = interfaces.map((each) => {
    const { network, master, target, sharedBy } = each;
    const where = [network ?? '(no network of the engine)', ...(master ? [master.name] : [])].join('\n');
    return {
      from: container(target, sharedBy),
      to: idIn(networks, 'n', where, where),
      label: wireLabel(each),
      isBad: each.mark !== undefined || each.problems.length > 0,
    };
  });
  for (const { target, on } of bare) container(target, [REASON[on]]);
  const nodes = (all: Map<string, string>, prefix: string) =>
    [...all.values()].map((label, at) => ({ id: `${prefix}${at}`, label }));
  return { networks: nodes(networks, 'n'), containers: nodes(containers, 'c'), wires };
}

function wireLabel(each: MappedInterface): string {
  const { inside, device } = each;
  const ends = [inside.name, ...(device ? [device.name] : [])].join(' – ');
  return [ends, ...inside.addresses.filter((address) => !isLinkLocal(address)), notes({ ...each, sharedBy: [] })]
    .filter(Boolean)
    .join('\n');
}

/** The map for Graphviz: `dbg veth --all --dot | dot -Tsvg >map.svg`. */
export function dotText(map: HostMap): string {
  const { networks, containers, wires } = graphOf(map);
  const lines = [
    ...networks.map(({ id, label }) => `${id} [label=${dotLabel(label)}, shape=ellipse];`),
    ...containers.map(({ id, label }) => `${id} [label=${dotLabel(label)}, shape=box];`),
    ...wires.map(
      ({ from, to, label, isBad }) =>
        `${from} -- ${to} [label=${dotLabel(label)}${isBad ? ', color=red, fontcolor=red' : ''}];`,
    ),
  ];
  return `graph host {\n  rankdir=LR;\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

/**
 * A quoted string of Graphviz. In it only `"` and a backslash have a meaning; `\n` breaks a line.
 * Escape sequences ("\N", the node's name) and HTML entities ("&lt;") from outside are disarmed.
 */
function dotLabel(label: string): string {
  const escaped = label
    .split('\n')
    .map((line) => escapeControls(line).replace(/[\\"]/g, '\\$&').replaceAll('&', '&amp;'));
  return `"${escaped.join('\\n')}"`;
}

/** The map for Mermaid, which many wikis draw: `dbg veth --all --mermaid`. */
export function mermaidText(map: HostMap): string {
  const { networks, containers, wires } = graphOf(map);
  const bad = wires.flatMap(({ isBad }, at) => (isBad ? [at] : []));
  const lines = [
    ...networks.map(({ id, label }) => `${id}(["${mermaidLabel(label)}"])`),
    ...containers.map(({ id, label }) => `${id}["${mermaidLabel(label)}"]`),
    ...wires.map(({ from, to, label }) => `${from} ---|"${mermaidLabel(label)}"| ${to}`),
    ...(bad.length > 0 ? [`linkStyle ${bad.join(',')} stroke:red,color:red`] : []),
  ];
  return `flowchart LR\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/**
 * A label of Mermaid, which reads Markdown and HTML in labels. So every character that is not plain
 * goes in by its number (`#34;`).
 */
function mermaidLabel(label: string): string {
  const escaped = label
    .split('\n')
    .map((line) => escapeControls(line).replace(/[^\w .,:/-]/gu, (char) => `#${char.codePointAt(0)};`));
  return escaped.join('<br>');
}
