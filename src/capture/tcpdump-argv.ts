import { has, type Item, type OptionTable, readOptions, without } from './getopt.ts';

// The options of tcpdump.c 4.99.
const OPTIONS: OptionTable = {
  shortWithValue: 'BcCEFGijmMrQsTVwWyzZ',
  longWithValue: {
    'buffer-size': 'B',
    direction: 'Q',
    'fp-type': '',
    interface: 'i',
    linktype: 'y',
    'relinquish-privileges': 'Z',
    skip: '',
    'snapshot-length': 's',
    'time-stamp-precision': '',
    'time-stamp-type': 'j',
  },
  longAlone: { help: 'h', 'list-interfaces': 'D', 'list-data-link-types': 'L', 'list-time-stamp-types': 'J' },
};

/** Reads tcpdump's own command line. */
export const parseArguments = (args: readonly string[]): Item[] => readOptions(args, OPTIONS);

/**
 * To whom captured files are to belong: the person's login name; undefined when root itself started
 * dbg.
 */
export interface Person {
  readonly login: string | undefined;
}

/**
 * tcpdump's argv: everything there is to see, packet by packet, and the person's own arguments
 * untouched at the end.
 * - `-i any`: all interfaces.
 * - `-n`: no look-ups of names. They would go to the host's resolver, not to the container's.
 * - `-l`, `-U`, `--immediate-mode`: each packet is printed as soon as it comes. Without immediate
 *   mode libpcap keeps 0.7 s of packets back, and they are lost when tcpdump ends.
 * - `-B` (in KiB) and `-s`: in immediate mode each packet takes a place in the kernel's ring of a
 *   whole snap length, rounded up to a power of two. So libpcap's 2 MB hold 8 packets of a burst.
 *   The largest packet there is, of 64 KiB on lo, fits into 65,600.
 * - `-Z`: Debian's tcpdump becomes the user "tcpdump". The `-w` files would then belong to that
 *   user, who may not write the second file of `-C` and `-G` into the person's folder.
 */
export function tcpdumpArgv(args: readonly string[], { login }: Person): string[] {
  const items = parseArguments(args);
  return [
    'tcpdump',
    ...(has(items, 'i') ? [] : ['-i', 'any']),
    '-n',
    '-l',
    '-U',
    '--immediate-mode',
    ...(has(items, 'B') ? [] : ['-B', String(RING_KIB.most)]),
    ...(has(items, 's') ? [] : ['-s', LIVE_SNAP_LENGTH]),
    ...(has(items, 'Z') ? [] : ['-Z', login ?? 'root']),
    ...args,
  ];
}

const LIVE_SNAP_LENGTH = '65600';
const RING_KIB = { most: 65_536, least: 8_192, all: 262_144 };

/**
 * The size in KiB of the kernel's ring of each tap, for so many taps. tcpdump shares a processor
 * with what it captures and with dbg, so a burst has to fit into the ring.
 * - Measured with 60 MB of TCP in half a second, in packets of 64 KiB: a ring of 8 MB lost 855 of
 *   1398, one of 32 MB 226, one of 64 MB none. libpcap's own 2 MB, read by tcpdump alone into a
 *   file, lost 469.
 * - The ring is memory of the kernel's. So all rings together take at most an eighth of what is
 *   available, except that each ring has at least 8 MiB.
 */
export function ringKib(taps: number, meminfo = ''): number {
  const available = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? Infinity);
  const each = Math.min(RING_KIB.all, available / 8) / Math.max(1, taps);
  return Math.floor(Math.max(RING_KIB.least, Math.min(RING_KIB.most, each)));
}

/** How dbg takes a capture from tcpdump: as tcpdump's text, or as packets. */
export interface TapStyle {
  readonly device: string;
  readonly as: 'text' | 'packets';
  /**
   * Somebody watches, so each packet is wanted as it comes. The price: fewer packets a second can
   * be taken.
   */
  readonly isLive: boolean;
  /** The tap is the only one. Then a number of packets to end after (`-c`) is left to tcpdump. */
  readonly isOne: boolean;
  /** size in KiB of the kernel's ring, unless the person names one (`-B`) */
  readonly ringKib: number;
}

/**
 * The argv of a tcpdump whose output dbg takes. It may become Debian's user "tcpdump", because it
 * opens no file.
 *
 * A capture into a file goes without immediate mode. In immediate mode each packet is printed at
 * once, but takes a place of a whole snap length in the ring: of 200,000 packets a second, a ring
 * of 32 MB lost half; without it, a ring of 8 MB lost none of 400,000. Without it, packets come up
 * to a second late, and dbg waits for the last ones (src/capture/taps/tap.ts).
 */
export function tapArgv(items: readonly Item[], { device, as, isLive, isOne, ringKib: ring }: TapStyle): string[] {
  return [
    'tcpdump',
    '-i',
    device,
    '-n',
    ...(as === 'text' ? ['-l'] : ['-U', '-w', '-']),
    ...(isLive ? ['--immediate-mode'] : []),
    ...(has(items, 'B') ? [] : ['-B', String(Math.floor(ring))]),
    ...(isLive && !has(items, 's') ? ['-s', LIVE_SNAP_LENGTH] : []),
    ...without(items, ['i', 'w', 'Z', ...(isOne ? [] : ['c'])]),
  ];
}

/**
 * Options with which tcpdump itself does dbg's work: it reads a file, prints a list, or rotates its
 * files.
 */
const OWN_BUSINESS = ['r', 'V', 'D', 'L', 'J', 'd', 'h', 'version', 'print', 'C', 'G', 'W', 'z', 'count'];

/**
 * The first option that leaves everything to tcpdump, as it was typed; undefined when there is
 * none.
 */
export const ownBusiness = (items: readonly Item[]): string | undefined =>
  items.find(({ option }) => option !== undefined && OWN_BUSINESS.includes(option))?.words[0];
