// What every npm script starts with. It is plain JavaScript, to run on a machine that has Node and npm and nothing else:
// 1. installs the packages when they are missing or out of date;
// 2. builds dbg, unless told --no-build, for what looks at the source alone;
// 3. runs the script it was given.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`dbg: Node 20 or newer is needed, this is ${process.version}`);
  process.exit(1);
}

/**
 * Runs a program with this terminal; a failure ends the whole script with that program's exit code. Ctrl-C reaches the
 * program by itself, and is outlived here, so that the prompt does not come back before the program is done.
 */
async function run(/** @type {string} */ file, /** @type {string[]} */ args) {
  const child = spawn(file, args, { cwd: top, stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
  const [code, signal] = await once(child, 'exit');
  if (signal) process.exit(128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)]);
  if (code !== 0) process.exit(code);
}
process.on('SIGINT', () => undefined);

// npm writes node_modules/.package-lock.json last, so its absence also tells of an install that was killed half-way.
const installed = join(top, 'node_modules/.package-lock.json');
const packagesOf = (/** @type {string} */ file) => {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  delete packages[''];
  return Object.keys(packages)
    .filter((name) => !packages[name].optional)
    .map((name) => `${name}@${packages[name].version}`);
};
const isInstalled = () => {
  if (!existsSync(installed)) return false;
  const have = new Set(packagesOf(installed));
  return packagesOf(join(top, 'package-lock.json')).every((name) => have.has(name));
};
async function install() {
  console.error('dbg: installing the npm packages of package-lock.json (no install scripts are run)');
  // Not through `npm` of PATH when npm itself runs us: the same npm that was asked installs.
  const npm = process.env['npm_execpath'];
  // Inside `npm install -g .` npm hands on its own --global, --omit and --prefix: not for this install.
  const here = ['--no-global', '--location=project', '--include=dev', '--include=optional', '--prefix', top];
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...here];
  if (npm) await run(process.execPath, [npm, ...args]);
  else await run('npm', args);
}
if (!isInstalled()) {
  // Two scripts started at once in a fresh checkout: one installs, the other waits for it. The lock is flock(2) on the open
  // file, which flock(1) shares with this process for a moment.
  const lock = openSync(join(top, 'package-lock.json'), 'r');
  spawnSync('flock', ['--exclusive', '3'], { stdio: ['ignore', 'ignore', 'inherit', lock] });
  if (!isInstalled()) await install();
  closeSync(lock);
}

const args = process.argv.slice(2);
const builds = args[0] !== '--no-build';
if (builds) await run(process.execPath, ['bin/build.js']);
const [script, ...rest] = builds ? args : args.slice(1);
const loader = script?.endsWith('.ts') ? ['--import', 'tsx'] : [];
if (script !== undefined) await run(process.execPath, [...loader, script, ...rest]);
