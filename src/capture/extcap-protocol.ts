import { escapeControls } from '../text.ts';
import INTO_FIFO from './into-fifo.sh';

// What Wireshark asks an extcap program for, and what it reads in its answers: extcap(4), and extcap_parser.c of Wireshark 4.0.

/** A container as an interface of Wireshark's list. */
export interface ExtcapInterface {
  readonly id: string;
  readonly name: string;
  readonly image: string;
}

/** The answer to --extcap-interfaces. */
export function interfacesText(version: string, containers: readonly ExtcapInterface[]): string {
  return lines([
    sentence('extcap', { version, display: 'dbg: containers' }),
    ...containers.map((each) =>
      sentence('interface', { value: interfaceValue(each), display: `${each.name} (${each.image})` }),
    ),
  ]);
}

/**
 * The answer to --extcap-dlts: "Linux cooked v2" (LINKTYPE_LINUX_SLL2), what `any` gives. All interfaces of a container are one
 * stream then, its loopback too, and it does not end when a network is taken away.
 */
export function linkTypesText(): string {
  return lines([sentence('dlt', { number: '276', name: 'LINUX_SLL2', display: 'Linux cooked v2' })]);
}

/** The answer to --extcap-config: what can be set for one interface. */
export function configText(): string {
  const tooltip = 'eth0 for Ethernet headers; any: all interfaces, without them';
  return lines([
    sentence('arg', {
      number: '0',
      call: '--interface',
      display: 'Interface in the container',
      type: 'string',
      default: ANY,
      tooltip,
    }),
  ]);
}

export const ANY = 'any';

const PREFIX = 'dbg-';

/**
 * By the name, so that what a person has set for it in Wireshark still holds when the container has been made anew. Only of what an
 * engine allows in a name; anything else goes by its id.
 */
export function interfaceValue({ name, id }: Pick<ExtcapInterface, 'name' | 'id'>): string {
  return PREFIX + (/^[a-zA-Z0-9][\w.-]*$/.test(name) ? name : id.slice(0, 12));
}

/** The container's name or id, of an interface as Wireshark names it; undefined when it is none of dbg's. */
export function containerOf(value: string): string | undefined {
  return value.startsWith(PREFIX) && value.length > PREFIX.length ? value.slice(PREFIX.length) : undefined;
}

/** One line of "word {key=value}{key=value}". */
function sentence(word: string, values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).map(([key, value]) => `{${key}=${held(value)}}`);
  return `${word} ${pairs.join('')}`;
}

/** The format has no escapes: a brace would end the value, a line feed the line. */
const held = (value: string) => escapeControls(value.replaceAll('{', '(').replaceAll('}', ')'));

const lines = (all: readonly string[]) => all.map((line) => `${line}\n`).join('');

/** The argv that captures into Wireshark's FIFO. */
export function intoFifo(fifo: string, tcpdump: readonly string[]): string[] {
  return ['sh', '-c', INTO_FIFO, 'dbg', fifo, ...tcpdump];
}

/**
 * The argv that opens the FIFO and closes it again: Wireshark sees the end of a capture that did not begin. By dd without creating
 * it: when Wireshark has gone, so has the FIFO.
 */
export function endFifo(fifo: string): string[] {
  return ['timeout', '1', 'dd', 'if=/dev/null', `of=${fifo}`, 'conv=nocreat,notrunc', 'status=none'];
}
