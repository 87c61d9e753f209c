import { readWhole } from '../bounded-file.ts';
import type { Environment } from '../environment.ts';
import { usageError } from '../errors.ts';
import { shellQuote } from '../text.ts';

/**
 * Arguments and variables are bytes to the kernel and text to Node, and Node turns bytes that are
 * no UTF-8 into U+FFFD. Here each such byte becomes half a surrogate pair, U+DC80 to U+DCFF, which
 * no text has (PEP 383). It passes through dbg as any other letter, and `exactly` turns it into the
 * byte again for the program that is started.
 */

/** Pieces of valid UTF-8 (RFC 3629, section 4), each in latin1, or a single byte that is none. */
const UTF8 =
  /((?:[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+)|[^]/g;

/** The text of bytes, with half a surrogate pair for each byte that is no UTF-8. */
export const exactText = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(UTF8, (piece, text?: string) =>
      text === undefined
        ? String.fromCharCode(0xdc00 + piece.charCodeAt(0))
        : Buffer.from(text, 'latin1').toString('utf8'),
    );

/** Node's replacement for bytes that are no UTF-8. A text may also have U+FFFD itself. */
const UNKNOWN = '\uFFFD';

/**
 * dbg's own arguments, of which Node gives `args`. They are read anew only when `args` may have
 * lost bytes.
 */
export function exactArguments(args: readonly string[]): readonly string[] {
  if (!args.some((word) => word.includes(UNKNOWN))) return args;
  const words = entries('/proc/self/cmdline');
  return words.length < args.length ? args : words.slice(words.length - args.length);
}

/** dbg's own variables, of which Node gives `env`. Those that may have lost bytes are read anew. */
export function exactEnvironment(env: Environment): Environment {
  const lost = Object.keys(env).filter((name) => env[name]?.includes(UNKNOWN));
  if (lost.length === 0) return env;
  const pairs = entries('/proc/self/environ').map((entry) => entry.split(/=(.*)/s));
  // When a name occurs twice, the first one counts (getenv(3)).
  const found = lost.flatMap((name) => pairs.filter(([each]) => each === name).slice(0, 1));
  return { ...env, ...Object.fromEntries(found) };
}

/** Larger than all arguments and variables of a program can be (execve(2)). */
const LIMIT = 8 << 20;

function entries(file: string): string[] {
  try {
    return exactText(readWhole(file, LIMIT)).split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/**
 * A byte that is no UTF-8. With the flag `u`, half of the pair that makes one letter does not
 * match.
 */
const BYTE = /[\udc80-\udcff]/u;
const ESCAPED = /[%\udc80-\udcff]/gu;

/**
 * Throws a usage error for the path of a file that dbg itself would make under another name, as
 * Node takes names of files for text.
 */
export function requireText(path: string): void {
  if (!BYTE.test(path)) return;
  throw usageError(`${path}: dbg can create a file only with a name in UTF-8`, [
    { what: 'let the shell create it', command: `dbg … -w - >${shellQuote(path)}` },
  ]);
}

/**
 * The start of a line by which perl restores the bytes and becomes the program. `-C0`: none of the
 * person's variables makes perl treat the arguments as text.
 */
const EXACT = ['perl', '-C0', '-e'];
const SCRIPT = `
sub exact { $_[0] =~ s/%([0-9a-f]{2})/chr hex $1/ge }
exact($_) for @ARGV;
exact($ENV{$_}) for split /,/, delete $ENV{DBG_EXACT};
exec { $ARGV[0] } @ARGV;
print STDERR "dbg: $ARGV[0]: $!\\n";
exit 126;`.trim();

export interface Program {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * How a program is started so that it gets exactly these bytes. The argv and env stay as they are
 * when all of them is text.
 */
export function exactly(argv: readonly string[], env: Program['env']): Program {
  const names = Object.keys(env).filter((name) => BYTE.test(env[name]!));
  if (names.length === 0 && !argv.some((word) => BYTE.test(word))) return { argv, env };
  const escaped = (text: string) =>
    text.replace(ESCAPED, (char) => `%${(char.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`);
  return {
    argv: [...EXACT, SCRIPT, '--', ...argv.map(escaped)],
    env: {
      ...env,
      ...Object.fromEntries(names.map((name) => [name, escaped(env[name]!)])),
      DBG_EXACT: names.join(','),
    },
  };
}
