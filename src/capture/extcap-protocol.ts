import { escapeControls } from '../text.ts';
import INTO_FIFO from './into-fifo.sh';

// The questions of Wireshark to an extcap program, and the answers that it can read: extcap(4), and
// extcap_parser.c of Wireshark 4.0.

/** A container as an interface in Wireshark's list. */
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
 * The answer to --extcap-dlts: "Linux cooked v2" (LINKTYPE_LINUX_SLL2), the link type of `any`.
 * With it, all interfaces of a container are one stream, its loopback too. The stream does not end
 * when a network is taken away.
 */
export function linkTypesText(): string {
  return lines([sentence('dlt', { number: '276', name: 'LINUX_SLL2', display: 'Linux cooked v2' })]);
}

/** The answer to --extcap-config: what a person can set for one interface. */
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

/** libpcap's name for all interfaces at once */
export const ANY = 'any';

const PREFIX = 'dbg-';

/**
 * The value that stands for a container in Wireshark. It has the container's name, so that what a
 * person has set for it in Wireshark still holds when the container has been made anew. A name with
 * characters that no engine allows is replaced by the first 12 digits of the id.
 */
export function interfaceValue({ name, id }: Pick<ExtcapInterface, 'name' | 'id'>): string {
  return PREFIX + (/^[a-zA-Z0-9][\w.-]*$/.test(name) ? name : id.slice(0, 12));
}

/**
 * The container's name or id in the value of an interface; undefined when the interface is none of
 * dbg's.
 */
export function containerOf(value: string): string | undefined {
  return value.startsWith(PREFIX) && value.length > PREFIX.length ? value.slice(PREFIX.length) : undefined;
}

/** One line of an answer: "word {key=value}{key=value}". */
function sentence(word: string, values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).map(([key, value]) => `{${key}=${held(value)}}`);
  return `${word} ${pairs.join('')}`;
}

/**
 * A value without what would break the format, which has no escapes: a brace ends the value, a line
 * feed ends the line.
 */
const held = (value: string) => escapeControls(value.replaceAll('{', '(').replaceAll('}', ')'));

const lines = (all: readonly string[]) => all.map((line) => `${line}\n`).join('');

/** The argv that captures into Wireshark's FIFO (into-fifo.sh). */
export function intoFifo(fifo: string, tcpdump: readonly string[]): string[] {
  return ['sh', '-c', INTO_FIFO, 'dbg', fifo, ...tcpdump];
}

/**
 * The argv that opens the FIFO and closes it again, for a capture that did not begin: Wireshark
 * then sees its end. dd does not create the file, because the FIFO is gone when Wireshark is.
 */
export function endFifo(fifo: string): string[] {
  return ['timeout', '1', 'dd', 'if=/dev/null', `of=${fifo}`, 'conv=nocreat,notrunc', 'status=none'];
}
