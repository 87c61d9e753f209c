import { execa } from 'execa';
import type { Environment } from '../../environment.ts';
import { DbgError } from '../../errors.ts';
import { shellLine } from '../../text.ts';
import { requireDescriptors } from './descriptors.ts';

/**
 * Runs a program to its end and gives its stdout; see Host.output. Of `ip`, a list during which devices came or went may lack some
 * (NLM_F_DUMP_INTR, netlink(7)): 6.1 says so on stderr with exit code 0. That is a failure too.
 */
export async function output(argv: readonly string[], env: Environment): Promise<string> {
  const [file, ...args] = argv;
  requireDescriptors();
  // LC_ALL=C: dbg reads what the program prints. In a session of its own, Ctrl-C does not end it half-way; `/` is there
  // even when dbg's own directory has been removed.
  const result = await execa(file!, args, {
    reject: false,
    stdin: 'ignore',
    cwd: '/',
    detached: true,
    env: { ...env, LC_ALL: 'C' },
    extendEnv: false,
    maxBuffer: 256e6,
  });
  if (!result.failed && !result.stderr.includes('Dump was interrupted')) return result.stdout;
  const said = result.stderr.trim().split('\n').at(-1) || result.shortMessage;
  throw new DbgError(`${file} failed: ${said}`, {
    cause: result,
    next: [{ what: 'try it by hand', command: shellLine(argv) }],
  });
}
