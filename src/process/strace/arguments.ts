import { DbgError, usageError } from '../../errors.ts';
import { shellLine } from '../../text.ts';

/** The words behind CTR: strace's own options, and the command to start, if there is one. */
export interface StraceArguments {
  /** strace's own options, untouched */
  readonly options: readonly string[];
  /** the words behind `--`; undefined where there is no `--` */
  readonly command: readonly string[] | undefined;
  /** whether strace writes into a file, or into the program of `-o '|…'` */
  readonly writesFile: boolean;
}

// The options that take a value, as one word or two (init() in strace.c 6.1). A long option whose
// value is optional is not among them: it takes a value only by "=".
const SHORT_WITH_VALUE = 'abeEIoOpPsSuUX';
const LONG_WITH_VALUE = [
  'abbrev',
  'attach',
  'columns',
  'const-print-style',
  'detach-on',
  'env',
  'fault',
  'inject',
  'interruptible',
  'output',
  'raw',
  'read',
  'signals',
  'stack-trace-frame-limit',
  'status',
  'string-limit',
  'summary-columns',
  'summary-sort-by',
  'summary-syscall-overhead',
  'syscall-limit',
  'trace',
  'trace-path',
  'user',
  'verbose',
  'write',
];

/**
 * Splits the words as strace's getopt_long does: the options end at the first word that is no
 * option. strace would start that word as a program on the host, as root, and not in the container.
 * A person who writes it means the container's program, so it is refused. Throws a DbgError for
 * wrong usage.
 */
export function readStraceArguments(words: readonly string[], container = 'CTR'): StraceArguments {
  let writesFile = false;
  let at = 0;
  for (; at < words.length && words[at] !== '--'; at++) {
    const word = words[at]!;
    if (!/^-./.test(word)) throw programWithoutDashes(container, words, at);
    const { option, takesNext } = word.startsWith('--') ? longOption(word) : shortOption(word);
    if (option === 'o' || option === 'output') writesFile = true;
    if (takesNext && ++at === words.length) throw valueLeftOut(word);
  }
  const command = at < words.length ? words.slice(at + 1) : undefined;
  if (command?.length === 0) throw commandLeftOut(container);
  return { options: words.slice(0, at), command, writesFile };
}

/** A long option. getopt_long accepts any beginning of its name that fits no other option. */
function longOption(word: string) {
  const [name = '', value] = word.slice(2).split(/=(.*)/s);
  const exact = LONG_WITH_VALUE.includes(name) ? [name] : [];
  const fitting = exact.length > 0 ? exact : LONG_WITH_VALUE.filter((each) => each.startsWith(name));
  const option = fitting.length === 1 ? fitting[0] : undefined;
  return { option, takesNext: option !== undefined && value === undefined };
}

/**
 * The option of a bundle of short ones that takes a value. Such an option is always the last one in
 * its word.
 */
function shortOption(word: string) {
  const letters = word.slice(1).split('');
  const at = letters.findIndex((letter) => SHORT_WITH_VALUE.includes(letter));
  return { option: letters[at], takesNext: at >= 0 && at === letters.length - 1 };
}

function programWithoutDashes(container: string, words: readonly string[], at: number): DbgError {
  return usageError(`"${words[at]}" is no option of strace's: a command to start in the container comes behind --`, [
    {
      what: 'like this',
      command: shellLine(['dbg', 'strace', container, ...words.slice(0, at), '--', ...words.slice(at)]),
    },
  ]);
}

const valueLeftOut = (option: string) =>
  usageError(`strace's ${option} takes a value`, [{ what: 'see', command: 'strace --help' }]);

const commandLeftOut = (container: string) =>
  usageError('there is no command behind --', [
    { what: "the container's main process is traced without", command: shellLine(['dbg', 'strace', container]) },
  ]);
