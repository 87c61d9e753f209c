/** Who captured files are to belong to: the person's login name; undefined when dbg was started by root itself. */
export interface Person {
  readonly login: string | undefined;
}

/** What of tcpdump's own arguments decides how dbg starts it. */
export interface TcpdumpArguments {
  readonly namesInterface: boolean;
  readonly namesUser: boolean;
  readonly namesBuffer: boolean;
}

/**
 * tcpdump's argv: everything there is to see, packet by packet, and the person's own arguments untouched at the end.
 * - `-i any`: all interfaces; `-n`: no name look-ups, which would go to the host's resolver, not to the container's
 * - `-l`, `-U`, `--immediate-mode`: each packet is out as it comes. Without the last one libpcap keeps 0.7 s of packets
 *   back, and they are lost when tcpdump ends.
 * - `-B`, in KiB: in immediate mode each packet takes a whole snap length of the kernel's ring, so that libpcap's 2 MB
 *   hold 8 packets of a burst: of 200 MB sent at 1.5 GB/s, 6 % were dropped. With 32 MB none.
 * - `-Z`: Debian's tcpdump becomes the user "tcpdump", to whom `-w` files would then belong, and who may not write the
 *   second file of `-C` and `-G` into the person's folder.
 */
export function tcpdumpArgv(args: readonly string[], { login }: Person): string[] {
  const { namesInterface, namesUser, namesBuffer } = readTcpdumpArguments(args);
  return [
    'tcpdump',
    ...(namesInterface ? [] : ['-i', 'any']),
    '-n',
    '-l',
    '-U',
    '--immediate-mode',
    ...(namesBuffer ? [] : ['-B', '32768']),
    ...(namesUser ? [] : ['-Z', login ?? 'root']),
    ...args,
  ];
}

// tcpdump.c 4.99: the options that take a value, as one word or two.
const SHORT_WITH_VALUE = 'BcCEFGijmMrQsTVwWyzZ';
const LONG_WITH_VALUE = [
  'buffer-size',
  'direction',
  'fp-type',
  'interface',
  'linktype',
  'relinquish-privileges',
  'skip',
  'snapshot-length',
  'time-stamp-precision',
  'time-stamp-type',
];

/** Reads options as getopt_long does: bundled ("-nni eth0"), joined ("-ieth0"), and between the words of the filter. */
export function readTcpdumpArguments(args: readonly string[]): TcpdumpArguments {
  const seen = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === '--') break;
    const { option, takesNext } = word.startsWith('--') ? longOption(word) : shortOption(word);
    if (option !== undefined) seen.add(option);
    if (takesNext) at++;
  }
  return {
    namesInterface: seen.has('i') || seen.has('interface'),
    namesBuffer: seen.has('B') || seen.has('buffer-size'),
    namesUser: seen.has('Z') || seen.has('relinquish-privileges'),
  };
}

/** A long option, which getopt_long lets people shorten as far as it stays the only one. */
function longOption(word: string) {
  const [name = '', value] = word.slice(2).split(/=(.*)/s);
  const fitting = LONG_WITH_VALUE.filter((each) => each === name || (name.length > 1 && each.startsWith(name)));
  const option = fitting.length === 1 ? fitting[0] : undefined;
  return { option, takesNext: option !== undefined && value === undefined };
}

/** The option of a bundle of short ones that takes a value: it is always the last one of its word. */
function shortOption(word: string) {
  const letters = word.startsWith('-') ? word.slice(1).split('') : [];
  const at = letters.findIndex((letter) => SHORT_WITH_VALUE.includes(letter));
  return { option: letters[at], takesNext: at >= 0 && at === letters.length - 1 };
}
