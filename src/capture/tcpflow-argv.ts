import { type OptionTable, readOptions } from './getopt.ts';

/** What tcpflow is started for. */
export interface TcpflowWish {
  /** tcpflow's own arguments, as they came */
  readonly args: readonly string[];
  /** the device on which tcpflow listens, unless the arguments name one */
  readonly device: string;
}

/**
 * tcpflow's argv: the streams of all interfaces on stdout, and the person's own arguments untouched
 * at the end.
 * - `-i any`: without it, tcpflow takes only the first interface.
 * - `enable_report=NO`: no report.xml in the person's folder. `-X /dev/null` would not do: with
 *   `-U`, tcpflow gives its report to that user (chown(2)), and that was the host's /dev/null.
 * - `packet-buffer-timeout`: for how many ms libpcap keeps packets back, which are lost when
 *   tcpflow ends. It is 10 otherwise.
 * - `-c`: without it, tcpflow writes files into the working directory.
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

/**
 * Whether the options name a folder for the streams, or a step that works on their complete files.
 */
const writesFiles = (options: ReadonlySet<string>) => ['o', 'a', 'e', 'E', 'I'].some((option) => options.has(option));

/**
 * Whether tcpflow would print the streams as they are. Otherwise it prints a dot for each byte that
 * is no printable ASCII.
 */
export function printsRawBytes(args: readonly string[]): boolean {
  const options = tcpflowOptions(args);
  const prints = options.has('c') || options.has('C') || !writesFiles(options);
  return prints && options.has('B') && !options.has('D') && !options.has('J');
}

// The options of tcpflow.cpp 1.6.1.
const OPTIONS: OptionTable = {
  shortWithValue: 'AbdeEfFiLmorRSTUwxXz',
  longWithValue: { chroot: 'z', 'relinquish-privileges': 'U' },
  longAlone: {},
};

/** The letters of the options in a person's arguments for tcpflow. */
export const tcpflowOptions = (args: readonly string[]): ReadonlySet<string> =>
  new Set(readOptions(args, OPTIONS).flatMap(({ option }) => (option?.length === 1 ? option : [])));
