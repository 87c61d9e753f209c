// One starts or ends an engine at a time.
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Runs work while holding flock(2) on a file. The lock belongs to the open file, which the program flock(1) shares with
 * this process for a moment: it stays after flock has ended, and the kernel releases it when this process dies.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    mkdirSync(dirname(file), { recursive: true });
    const fd = openSync(file, 'a', 0o600);
    try {
      await flock(fd);
      // Whoever held it before may have removed the file with the whole directory: then this lock holds nobody off.
      if (statSync(file, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino) return await work();
    } finally {
      closeSync(fd);
    }
  }
}

function flock(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-x', '3'], { stdio: ['ignore', 'ignore', 'inherit', fd] });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`flock failed (exit ${code})`))));
  });
}
