// Runs a program in this one's place: its terminal, its signals, its exit code.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs argv with this process's stdio and resolves to its exit code, 128+n for signal n. A terminal sends Ctrl-C to the
 * program itself (it is in the same process group), so INT and QUIT are only outlived here; TERM and HUP are handed on.
 * With output 'stderr' what it prints goes to stderr, because stdout is for results.
 */
export async function runAttached(argv: readonly string[], output: 'inherit' | 'stderr' = 'inherit'): Promise<number> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { stdio: ['inherit', output === 'stderr' ? 2 : 'inherit', 'inherit'] });
  const outlive = (): void => undefined;
  const handOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, outlive);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, handOn);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.off(signal, outlive);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, handOn);
  }
}
