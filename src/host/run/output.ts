import { execa } from 'execa';
import type { Environment } from '../../environment.ts';
import { DbgError } from '../../errors.ts';
import { shellLine } from '../../text.ts';
import { requireDescriptors } from './start-program.ts';

/**
 * Runs a program to its end and gives its stdout: see Host.output. One success counts as a failure:
 * when devices came or went while `ip` made a list, some may be missing (NLM_F_DUMP_INTR,
 * netlink(7)). `ip` 6.1 says so on stderr with exit code 0.
 */
export async function output(argv: readonly string[], env: Environment): Promise<string> {
  const [file, ...args] = argv;
  requireDescriptors();
  // Why the program is started like this:
  //
  // - LC_ALL=C, because dbg reads what the program prints
  // - in a session of its own, so that Ctrl-C does not end it half-way
  // - in `/`, which is there even when dbg's own directory has been removed
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
