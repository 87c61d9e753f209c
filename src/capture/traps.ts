import { filterOf, has, type Item } from './getopt.ts';

/** Docker's own DNS, as containers of a network of the person's have it in /etc/resolv.conf. */
const DOCKER_DNS = '127.0.0.11';

/**
 * The command line that captures names being looked up, and shows what was asked and answered. A
 * rule of Docker's in the container's network sends what goes to 127.0.0.11:53 on to another port
 * of 127.0.0.11, before it passes lo: what is asked there bears that port, and tcpdump decodes it
 * as DNS only when told to.
 */
export function forDns(items: readonly Item[]): Item[] {
  const typed = filterOf(items);
  const lookups = `(port 53 or host ${DOCKER_DNS})`;
  const filter = typed === '' ? lookups : `${lookups} and (${typed})`;
  const decode: Item[] = has(items, 'T') ? [] : [{ option: 'T', value: 'domain', words: ['-T', 'domain'] }];
  const options = items.filter(({ option }) => option !== undefined);
  return [...options, ...decode, { option: undefined, value: undefined, words: [filter] }];
}

export interface Trapped {
  /** as it was typed, besides what dbg adds */
  readonly items: readonly Item[];
  /** whether packets of all devices at once are captured (`-i any`) */
  readonly isAny: boolean;
  /** the container's /etc/resolv.conf; undefined: none could be read */
  readonly resolvConf: string | undefined;
  /** a device of the container's that is not lo */
  readonly device: string;
}

/** What a filter does not mean, though many think so, with what does: a sentence each. */
export function traps({ items, isAny, resolvConf = '', device }: Trapped): string[] {
  const filter = filterOf(items);
  const usesDocker = resolvConf.split('\n').some((line) => /^nameserver\s/.test(line) && line.includes(DOCKER_DNS));
  const isBlind =
    usesDocker && /\b(port\s+(53|domain)|portrange\s+53-\d+)\b/.test(filter) && !filter.includes(DOCKER_DNS);
  return [
    ...(isBlind
      ? [`what is asked of Docker's DNS (${DOCKER_DNS}) has another port on lo than 53: --dns shows it`]
      : []),
    ...(isAny ? frames(filter).map((word) => `${word} ${ON_ALL}, -i ${device}`) : []),
  ];
}

const ON_ALL = 'knows no frames of all interfaces at once (link type LINUX_SLL2): name the interface';

/**
 * Words of pcap-filter(7) that are about a frame's own header. `ether proto` means the packet's
 * protocol, which is there in any case.
 */
const frames = (filter: string): string[] => [
  ...new Set(
    filter.match(
      /\b(?:vlan|mpls|pppoes|pppoed|ether(?!\s+proto\b)|(?<!\bip6?\s+|\bether\s+)(?:broadcast|multicast))\b/g,
    ),
  ),
];
