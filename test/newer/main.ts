// `npm run test:newer [-- NAME…]`: the engine tests (those about veth, unless others are named) on a newer Docker Engine, kernel tools
// of a newer release too: in a root directory of Debian's unstable release, which is made once.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { asRoot, runAttached } from '../own-engine/engine.ts';
import { ensureProgram, packagesFor } from '../own-engine/packages.ts';
import { PROGRAMS } from '../own-engine/programs.ts';

const SUITE = 'sid';
const DIR = '/var/lib/dbg-newer';
const ROOT = `${DIR}/${SUITE}`;
/** What the tests take from a Debian that is more than minimal. */
const ALSO = ['bash-completion', 'busybox-static', 'libstdc++6', 'procps', 'iputils-ping'];

await asRoot();
if (!existsSync(ROOT)) await makeRoot();
const names = process.argv.slice(2);
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--config',
  'test/vitest.config.ts',
  '--configLoader',
  'runner',
];
const tests = ['--import', 'tsx', 'test/engine/main.ts', ...vitest, '--project', 'engine'];
const enter = fileURLToPath(new URL('enter.sh', import.meta.url));
const unshare = ['unshare', '--mount', '--propagation', 'slave', '--pid', '--fork', '--kill-child', '--'];
const entry = ['sh', enter, ROOT, process.cwd(), process.execPath];
const wanted = names.length > 0 ? names : ['veth'];
process.exitCode = await runAttached([...unshare, ...entry, process.execPath, ...tests, ...wanted]);

/** Made aside and renamed when it is whole: what was killed half-way is made anew. */
async function makeRoot(): Promise<void> {
  await ensureProgram('mmdebstrap', 'another Debian release');
  const packages = [...new Set([...packagesFor(PROGRAMS, 'ID=debian'), ...ALSO])];
  console.error(`dbg: making a root directory of Debian ${SUITE} in ${ROOT}, once: ${packages.join(' ')}`);
  const partial = `${ROOT}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(DIR, { recursive: true });
  const options = [
    '--variant=minbase',
    '--aptopt=Acquire::Check-Valid-Until "false"',
    `--include=${packages.join(',')}`,
  ];
  const code = await runAttached(['mmdebstrap', ...options, SUITE, partial, await mirror()], 'stderr');
  if (code !== 0) process.exit(code);
  renameSync(partial, ROOT);
}

/** The mirror of Debian that this machine uses. */
async function mirror(): Promise<string> {
  const { stdout } = await execa('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  const found = stdout.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  if (found === undefined) throw new Error('no mirror of Debian in the sources of apt: this is no Debian');
  return found;
}
