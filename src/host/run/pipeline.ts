import type { ChildProcess, StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import { DbgError, EXIT } from '../../errors.ts';
import type { Program } from '../exact.ts';
import type { LentStreams } from '../lent-streams.ts';
import { textOf } from './run-on-terminal.ts';
import { startBeside, startProgram } from './start-program.ts';

/**
 * Runs two programs, the second of which reads the first: see Host.pipeline. The bytes do not pass
 * through dbg.
 */
export async function pipeline(
  first: Program,
  second: Program,
  { quiet, streams }: { readonly quiet: boolean; readonly streams: LentStreams | undefined },
): Promise<{ exitCode: number; said: string }> {
  const lent = await streams?.();
  const [stdin, stdout, stderr] = lent?.descriptors ?? [0, 1, 2];
  const source = start(startProgram, first, [stdin, 'pipe', quiet ? 'pipe' : stderr]);
  const said = source.stderr ? textOf(source.stderr) : () => '';
  // Node gives the second program the descriptor that is underneath the first one's stream.
  const reader = start(startBeside, second, [source.stdout, stdout, stderr]);
  lent?.started();
  source.stdout!.destroy();
  const [, exitCode] = await Promise.all([
    ended(source, first.argv),
    ended(reader, second.argv).finally(() => {
      // The first program would notice only when it writes the next packet.
      source.kill('SIGINT');
    }),
  ]);
  await lent?.ended();
  return { exitCode, said: said().trim() };
}

function start(by: typeof startProgram, { argv: [file, ...args], env }: Program, stdio: StdioOptions): ChildProcess {
  return by(file!, args, { env, stdio });
}

function ended(child: ChildProcess, [file = '']: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    child.on('error', (cause) =>
      reject(new DbgError(`${file} cannot be started: ${cause.message}`, { cause, exitCode: EXIT.cannotRun })),
    );
  });
}
