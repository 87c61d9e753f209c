// Root rights: namespaces, mounts and cgroups of the engine need them.
import { spawnSync } from 'node:child_process';
import { findProgram } from './programs.ts';
import { runAttached } from './run-attached.ts';

/** Whether this process is root. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Whether sudo works without asking for a password. */
export function canSudo(): boolean {
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
}

/**
 * Returns when this process is root. Otherwise runs this same script again through sudo, with the same arguments,
 * terminal, directory and environment, and ends with its exit code.
 */
export async function asRoot(): Promise<void> {
  if (isRoot()) return;
  if (!canSudo()) {
    const line = findProgram('sudo') ? `sudo -v && ${asked()}` : `su -c '${asked()}'`;
    console.error(`dbg: an engine of its own needs root\n     give it:  ${line}`);
    process.exit(1);
  }
  process.exit(await runAttached([...sudoPrefix(), process.execPath, ...process.execArgv, ...process.argv.slice(1)]));
}

/** -E keeps the environment but for PATH, which sudoers' secure_path replaces: env puts that back. */
function sudoPrefix(): string[] {
  return ['sudo', '-n', '-E', 'env', `PATH=${process.env['PATH'] ?? ''}`];
}

/** What the person typed, as npm tells it: "npm start", "npm run bench". */
function asked(): string {
  const script = process.env['npm_lifecycle_event'] ?? 'start';
  if (['start', 'test'].includes(script)) return `npm ${script}`;
  return ['npm', 'run', script, '--', ...process.argv.slice(2)].join(' ');
}
