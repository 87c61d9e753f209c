import { filterOf, has, type Item } from './getopt.ts';

/**
 * Docker's own DNS server: the nameserver in /etc/resolv.conf of containers on a user-defined
 * network.
 */
const DOCKER_DNS = '127.0.0.11';

/**
 * The command line that captures look-ups of names and shows what was asked and answered.
 *
 * A rule of Docker's in the container's network redirects packets for 127.0.0.11:53 to another port
 * of 127.0.0.11, before they pass lo. So a question to Docker's DNS has that port, and tcpdump
 * decodes it as DNS only when it is told to (`-T domain`).
 */
export function forDns(items: readonly Item[]): Item[] {
  const typed = filterOf(items);
  const lookups = `(port 53 or host ${DOCKER_DNS})`;
  const filter = typed === '' ? lookups : `${lookups} and (${typed})`;
  const decode: Item[] = has(items, 'T') ? [] : [{ option: 'T', value: 'domain', words: ['-T', 'domain'] }];
  const options = items.filter(({ option }) => option !== undefined);
  return [...options, ...decode, { option: undefined, value: undefined, words: [filter] }];
}

/** A capture whose filter is checked for traps. */
export interface Trapped {
  /** as the person typed it, without what dbg adds */
  readonly items: readonly Item[];
  /** whether packets of all devices at once are captured (`-i any`) */
  readonly isAny: boolean;
  /** the text of the container's /etc/resolv.conf; undefined when it could not be read */
  readonly resolvConf: string | undefined;
  /** a device of the container other than lo */
  readonly device: string;
}

/**
 * Warnings about words in a filter that do not mean what many people think, each a sentence that
 * names what does.
 */
export function traps({ items, isAny, resolvConf = '', device }: Trapped): string[] {
  const filter = filterOf(items);
  const usesDocker = resolvConf.split('\n').some((line) => /^nameserver\s/.test(line) && line.includes(DOCKER_DNS));
  const isBlind =
    usesDocker && /\b(port\s+(53|domain)|portrange\s+53-\d+)\b/.test(filter) && !filter.includes(DOCKER_DNS);
  return [
    ...(isBlind
      ? [`port 53 misses what is asked of Docker's DNS (${DOCKER_DNS}), which has another port on lo: --dns shows it`]
      : []),
    ...(isAny ? frames(filter).map((word) => `${word} ${ON_ALL}, -i ${device}`) : []),
  ];
}

const ON_ALL = 'finds nothing on all interfaces at once (link type LINUX_SLL2): name the interface';

/**
 * The words of a filter that are about a frame's own header (pcap-filter(7)). `ether proto` is not
 * among them: it means the packet's protocol, which every link type has.
 */
const frames = (filter: string): string[] => [
  ...new Set(
    filter.match(
      /\b(?:vlan|mpls|pppoes|pppoed|ether(?!\s+proto\b)|(?<!\bip6?\s+|\bether\s+)(?:broadcast|multicast))\b/g,
    ),
  ),
];
