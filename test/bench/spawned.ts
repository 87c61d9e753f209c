import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * How many processes a program starts, and what these start, as the kernel was asked for them: every clone(2), fork(2) and
 * vfork(2) that makes no thread. Throws when the program fails.
 */
export function spawnedProcesses(argv: readonly string[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'dbg-spawned-'));
  const trace = join(folder, 'trace');
  try {
    const strace = ['-f', '-qq', '-e', 'trace=clone,clone3,fork,vfork', '-e', 'signal=none', '-o', trace];
    const { status, stderr } = spawnSync('strace', [...strace, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
    if (status !== 0) throw new Error(`${argv.join(' ')} failed with ${String(status)}: ${stderr.toString()}`);
    return countSpawned(readFileSync(trace, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reads what `strace -f -e trace=clone,clone3,fork,vfork` notes. */
function countSpawned(trace: string): number {
  // A call that another's line interrupts stands on two lines; the flags are on the first, where the call's name has its bracket.
  const calls = trace.split('\n').filter((line) => /^\d+ +(clone3?|v?fork)\(/.test(line));
  return calls.filter((line) => !line.includes('CLONE_THREAD') && !line.includes(' = -1 ')).length;
}
