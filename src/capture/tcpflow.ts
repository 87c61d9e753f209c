/** What tcpflow is started for. */
export interface TcpflowWish {
  /** tcpflow's own arguments, as they came */
  readonly args: readonly string[];
  /** where it listens, unless the arguments say so */
  readonly device: string;
}

/**
 * tcpflow's argv: the streams of all interfaces on stdout, and the person's own arguments untouched at the end.
 * - `-i any`: left to itself, it takes the first interface alone
 * - `enable_report=NO`: no report.xml in the person's folder. Not `-X /dev/null`: with `-U`, tcpflow gives its report to that user
 *   (chown(2)), and that was the host's /dev/null.
 * - `packet-buffer-timeout`, in ms: so long libpcap keeps packets back, which are lost when tcpflow ends; 10 otherwise
 * - `-c`: without it, files in the working directory
 */
export function tcpflowArgv({ args, device }: TcpflowWish): string[] {
  const options = tcpflowOptions(args);
  return [
    'tcpflow',
    ...(readsFiles(options) || options.has('i') ? [] : ['-i', device]),
    ...(options.has('X') ? [] : ['-S', 'enable_report=NO']),
    '-S',
    'packet-buffer-timeout=1',
    ...(options.has('c') || options.has('C') || writesFiles(options) ? [] : ['-c']),
    ...args,
  ];
}

const readsFiles = (options: ReadonlySet<string>) => ['r', 'R', 'l'].some((option) => options.has(option));

/** A folder for the streams, or what works on their files when they are complete. */
const writesFiles = (options: ReadonlySet<string>) => ['o', 'a', 'e', 'E', 'I'].some((option) => options.has(option));

/** Whether tcpflow would print the streams as they are: left to itself it prints a dot for what is no printable ASCII. */
export function printsRawBytes(args: readonly string[]): boolean {
  const options = tcpflowOptions(args);
  const prints = options.has('c') || options.has('C') || !writesFiles(options);
  return prints && options.has('B') && !options.has('D') && !options.has('J');
}

// tcpflow.cpp 1.6.1: the options that take a value, as one word or two.
const SHORT_WITH_VALUE = 'AbdeEfFiLmorRSTUwxXz';
const LONG_WITH_VALUE: Readonly<Record<string, string>> = { chroot: 'z', 'relinquish-privileges': 'U' };

/** The letters of the options, read as getopt_long does: bundled ("-cBi eth0"), joined ("-ieth0"), between the words of the filter. */
export function tcpflowOptions(args: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === '--') break;
    const { options, takesNext } = word.startsWith('--') ? longOption(word) : shortOptions(word);
    options.forEach((option) => seen.add(option));
    if (takesNext) at++;
  }
  return seen;
}

/** A long option, which getopt_long lets people shorten as far as it stays the only one. */
function longOption(word: string) {
  const [name = '', value] = word.slice(2).split(/=(.*)/s);
  const fitting = Object.keys(LONG_WITH_VALUE).find((each) => name !== '' && each.startsWith(name));
  const options = fitting === undefined ? [] : [LONG_WITH_VALUE[fitting]!];
  return { options, takesNext: fitting !== undefined && value === undefined };
}

/** The options of one word; the first that takes a value is the last of them. */
function shortOptions(word: string) {
  const letters = word.startsWith('-') ? word.slice(1).split('') : [];
  const at = letters.findIndex((letter) => SHORT_WITH_VALUE.includes(letter));
  return at < 0
    ? { options: letters, takesNext: false }
    : { options: letters.slice(0, at + 1), takesNext: at === letters.length - 1 };
}
