import { type OptionTable, readOptions } from './getopt.ts';

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

// tcpflow.cpp 1.6.1
const OPTIONS: OptionTable = {
  shortWithValue: 'AbdeEfFiLmorRSTUwxXz',
  longWithValue: { chroot: 'z', 'relinquish-privileges': 'U' },
  longAlone: {},
};

/** The letters of the options in tcpflow's own command line. */
export const tcpflowOptions = (args: readonly string[]): ReadonlySet<string> =>
  new Set(readOptions(args, OPTIONS).flatMap(({ option }) => (option?.length === 1 ? option : [])));
