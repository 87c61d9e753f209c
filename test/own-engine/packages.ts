// Installs what the engine needs from Debian's packages, said beforehand; on a machine that has it all, a few stat calls.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runAttached } from './run-attached.ts';
import { findProgram, missingPrograms, PROGRAMS, type Programs } from './programs.ts';
import { canSudo, isRoot } from './root.ts';

const INSTALL = fileURLToPath(new URL('install.sh', import.meta.url));

/** Makes sure that these programs are there. Ends the process with code 1 when that cannot be. */
export async function ensurePackages(wanted: Programs = PROGRAMS): Promise<void> {
  const missing = missingPrograms(wanted);
  if (Object.keys(missing).length === 0) return;
  const packages = packagesFor(missing, osRelease());
  const names = Object.keys(missing).join(', ');

  if (!findProgram('apt-get')) giveUp(`missing: ${names}\n     install them; without apt-get, dbg cannot`);
  if (!isRoot() && !canSudo()) giveUp(`missing: ${names}\n     install them:  ${aptLine(packages)}`);

  console.error(`dbg: missing for an engine of its own: ${names}`);
  console.error(`dbg: installing from Debian's packages, no service is started: ${packages.join(' ')}`);
  await install(packages);
  const left = Object.keys(missingPrograms(wanted));
  if (left.length > 0) giveUp(`installed, and still missing: ${left.join(', ')}`);
}

/**
 * Makes sure that a program is there which few need; Debian's package has its name. Ends the
 * process otherwise.
 */
export async function ensureProgram(program: string, purpose: string): Promise<void> {
  if (findProgram(program)) return;
  const missing = `missing for ${purpose}: ${program}`;
  if (!findProgram('apt-get')) giveUp(`${missing}\n     install it; without apt-get, dbg cannot`);
  if (!isRoot() && !canSudo()) giveUp(`${missing}\n     install it:  ${aptLine([program])}`);
  console.error(`dbg: ${missing}; installing it`);
  await install([program]);
}

async function install(packages: readonly string[]): Promise<void> {
  const argv = ['sh', INSTALL, ...packages];
  const code = await runAttached(isRoot() ? argv : ['sudo', '-n', ...argv], 'stderr');
  if (code !== 0) giveUp(`the installation failed (exit ${code})\n     try it by hand:  ${aptLine(packages)}`);
}

/**
 * The packages to install. Debian has the client in a package docker-cli since 13; before that, and on Ubuntu, it is in
 * docker.io.
 */
export function packagesFor(missing: Readonly<Record<string, string>>, release: string): string[] {
  const debian = /^ID="?debian"?$/m.test(release);
  const version = /^VERSION_ID="?(\d+)/m.exec(release)?.[1];
  const ownCli = debian && (version === undefined || Number(version) >= 13);
  const packages = Object.values(missing).map((name) => (name === 'docker-cli' && !ownCli ? 'docker.io' : name));
  return [...new Set(packages)].toSorted();
}

/** The line to type, exactly: on a fresh Debian there may be neither package lists nor sudo. */
function aptLine(packages: readonly string[]): string {
  const script = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  return findProgram('sudo') ? `sudo sh -c '${script}'` : `su -c '${script}'`;
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

function giveUp(message: string): never {
  console.error(`dbg: ${message}`);
  process.exit(1);
}
