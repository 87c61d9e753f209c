import { spawn, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import { DbgError, EXIT } from '../../errors.ts';
import type { Program } from '../exact.ts';
import { textOf } from './run-on-terminal.ts';

const start = ({ argv: [file, ...args], env }: Program, stdio: StdioOptions) => spawn(file!, args, { env, stdio });

/** Two programs, the second of which reads the first; see Host.pipeline. The bytes pass between them alone. */
export async function pipeline(
  first: Program,
  second: Program,
  quiet: boolean,
): Promise<{ exitCode: number; said: string }> {
  const source = start(first, ['inherit', 'pipe', quiet ? 'pipe' : 'inherit']);
  const said = source.stderr ? textOf(source.stderr) : () => '';
  // A stream of another child is handed on as what it is underneath, its descriptor.
  const reader = start(second, [source.stdout, 'inherit', 'inherit']);
  source.stdout!.destroy();
  const [, exitCode] = await Promise.all([
    ended(source, first.argv),
    ended(reader, second.argv).finally(() => {
      // It would learn of it only with the next packet.
      source.kill('SIGINT');
    }),
  ]);
  return { exitCode, said: said() };
}

function ended(child: ReturnType<typeof spawn>, [file = '']: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    child.on('error', (cause) =>
      reject(new DbgError(`${file} cannot be started: ${cause.message}`, { cause, exitCode: EXIT.cannotRun })),
    );
  });
}
