// Bundles src/ into dist/: main.js with all of dbg and commander, entry.js with the verbs that stand beside docker exec in people's
// fingers, and a file for each of execa, dockerode and inquirer, which a verb loads when it needs them. CommonJS in one file: 21 ms less of `dbg exec` than ES modules in a file for each verb
// and for what they share; CommonJS in as many files was 1 ms slower than in one (docs/decisions/0012).
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const { cpSync, existsSync, rmSync, readFileSync, writeFileSync } = fs;
const { wrap } = require('node:module');
const { basename, dirname, join } = require('node:path');
const { Script } = require('node:vm');
const esbuild = require('esbuild');
const { bundledPackages, licences, sbom } = require('./bundled.js');
const { scriptText } = require('./script-text.js');

const top = join(__dirname, '..');
/** A build is made here, and put in the place of dist/ when it is whole. */
const made = join(top, 'dist.new');

/**
 * These three files of dockerode are what pulls in ssh2 (a native build) and grpc. dbg uses none of them: it dials ssh
 * itself, and starts no BuildKit session. An empty module in their place keeps 1.5 MB out of the bundle.
 * @type {import('esbuild').Plugin}
 */
const withoutSshAndGrpc = {
  name: 'without-ssh-and-grpc',
  setup({ onLoad }) {
    onLoad({ filter: /(docker-modem\/lib\/ssh|dockerode\/lib\/session|dockerode\/lib\/buildkit)\.js$/ }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};

/**
 * execa opens process.stdin as soon as it is loaded. That sets a pipe to non-blocking for whoever else reads it: the command of `dbg api
 * snoop -- sh SCRIPT` then finds no input after its first call of docker (EAGAIN). dbg's own use of execa inherits no stream.
 * @type {import('esbuild').Plugin}
 */
const withoutStandardStreams = {
  name: 'without-standard-streams',
  setup({ onLoad }) {
    onLoad({ filter: /execa\/lib\/utils\/standard-stream\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace('[process.stdin, process.stdout, process.stderr]', '[]');
      if (contents === text) throw new Error('execa opens the standard streams elsewhere now');
      return { contents };
    });
  },
};

const DOCKER_VARIABLES = [
  'DOCKER_HOST',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
  'DOCKER_CLIENT_TIMEOUT',
  'DOCKER_PATH_PREFIX',
];

const PACKAGES_APART = ['execa', 'dockerode', 'inquirer', 'yaml'];

/**
 * Each of these is a bundle of its own, which dbg's code requires at run time.
 * @type {import('esbuild').Plugin}
 */
const packagesApart = {
  name: 'packages-apart',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${PACKAGES_APART.join('|')})$`) }, ({ path }) => ({
      path: `./${path}.js`,
      external: true,
    }));
  },
};

/** The verbs of entry.js: exec reads 200 KB of code and not 670, which is 9 ms of its start on a slow machine. */
const ENTRY_VERBS = ['exec', 'shell'];

/**
 * program.ts loads each verb by an import of its own: of the others, none is in the bundle.
 * @type {import('esbuild').Plugin}
 */
const entryVerbsOnly = {
  name: 'entry-verbs-only',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/verbs\/\w+\/\w+\.ts$/ }, ({ path, kind, importer }) => {
      const isVerb = kind === 'dynamic-import' && importer.endsWith('/src/cli/program.ts');
      const verb = basename(path, '.ts');
      return isVerb && !ENTRY_VERBS.includes(verb) ? { path: verb, namespace: 'left-out' } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: '' }));
  },
};

/**
 * Writes V8's code of a bundle for this Node (bin/dbg.js uses it), before a copy of the bundle, by which bin/dbg.js tells that it is of
 * this very text. It is of all functions that the verb calls until it finds no engine: only what has run is in the code cache; with
 * every function compiled, it is 3 times larger and gains half.
 *
 * It is the same in each build, whoever builds and where, by V8's `--predictable`, by a name of no folder, and without the baseline compiler (`--no-sparkplug`), which
 * leaves in it how often a function was called: that depends on how deep the folder is. V8 refuses a cache that was made by other flags;
 * `--predictable` is none of those, and the other one is back when the cache is made. That it is not refused is tried here.
 */
function writeCodeCache(/** @type {string} */ bundle, /** @type {string[]} */ args) {
  const main = join(made, `${bundle}.js`);
  const cache = join(made, `${bundle}-${process.version}-${process.arch}.cache`);
  const program = `
    const { setFlagsFromString } = require('node:v8');
    setFlagsFromString('--no-sparkplug');
    const { readFileSync, writeFileSync } = require('node:fs');
    const { createRequire, wrap } = require('node:module');
    const [main, cache] = process.argv.splice(1, 2, 'dbg');
    const text = readFileSync(main);
    const script = new (require('node:vm').Script)(wrap(text.toString('latin1')), { filename: 'dbg' });
    process.on('exit', () => {
      setFlagsFromString('--sparkplug');
      writeFileSync(cache, Buffer.concat([script.createCachedData(), text]));
    });
    process.getuid = process.getgid = () => 0;
    script.runInThisContext()({}, createRequire(main), {}, main, '/nonexistent/dist');`;
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', DOCKER_HOST: 'unix:///nonexistent' };
  spawnSync(process.execPath, ['--predictable', '-e', program, main, cache, ...args], { env });
  if (!existsSync(cache)) throw new Error(`${main} cannot be run`);
  const text = readFileSync(main);
  const cachedData = readFileSync(cache).subarray(0, -text.length);
  if (new Script(wrap(text.toString('latin1')), { cachedData }).cachedDataRejected)
    throw new Error(`V8 refuses the code cache of ${main}`);
}

/**
 * bin/dbg.js reads a bundle as latin1. esbuild writes strings in ASCII, but regular expressions as they are: there, a `u` and four digits
 * behind a backslash are the same character.
 */
function toAscii(/** @type {string} */ file) {
  const escaped = (/** @type {string} */ char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/[^\0-\x7f]/g, escaped));
}

/** @type {import('esbuild').Plugin} */
const scriptsAsText = {
  name: 'scripts-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.(sh|pl)$/ }, ({ path }) => ({ contents: scriptText(path), loader: 'text' }));
  },
};

/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const COMMON = {
  absWorkingDir: top,
  outdir: 'dist.new',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
};

/** @type {typeof COMMON} */
const OURS = {
  ...COMMON,
  // Names stay as they are, for stack traces: `keepNames` does that with a call for each function at every start.
  minifySyntax: true,
  minifyWhitespace: true,
  // Completion scripts are printed as they are.
  loader: { '.bash': 'text', '.zsh': 'text', '.fish': 'text' },
  supported: { 'dynamic-import': false }, // a require() in its place loads no machinery for ES modules
  define: { 'import.meta.dirname': '__dirname' },
};

async function build() {
  holdLock();
  rmSync(made, { recursive: true, force: true });
  const main = await esbuild.build({
    ...OURS,
    entryPoints: ['src/main.ts', { in: 'src/verbs/api/reader-thread.ts', out: 'reader-thread' }],
    plugins: [packagesApart, scriptsAsText],
  });
  const entry = await esbuild.build({
    ...OURS,
    entryPoints: [{ in: 'src/main.ts', out: 'entry' }],
    plugins: [packagesApart, scriptsAsText, entryVerbsOnly],
  });
  const packages = await esbuild.build({
    ...COMMON,
    entryPoints: PACKAGES_APART,
    minify: true,
    keepNames: true,
    plugins: [withoutSshAndGrpc, withoutStandardStreams],
    // docker-modem reads these by itself, whatever it is told; dbg decides on the engine, from its context.
    define: Object.fromEntries(DOCKER_VARIABLES.map((name) => [`process.env.${name}`, 'undefined'])),
  });
  for (const bundle of ['main.js', 'entry.js']) toAscii(join(made, bundle));
  writeFileSync(join(made, 'package.json'), '{ "type": "commonjs" }\n');
  const outputs = [main, entry, packages].flatMap(({ metafile }) => Object.values(metafile.outputs));
  const bundled = bundledPackages(top, outputs);
  writeFileSync(join(made, 'THIRD-PARTY-LICENSES.txt'), licences(bundled));
  writeFileSync(join(made, 'sbom.cdx.json'), `${JSON.stringify(sbom(top, bundled), null, 2)}\n`);
  const isForShells = (/** @type {string} */ file) => !file.endsWith('.ts');
  cpSync(join(top, 'src/verbs/shell/session'), join(made, 'session'), { recursive: true, filter: isForShells });
  const isForBrowsers = (/** @type {string} */ file) => !file.endsWith('.json');
  cpSync(join(top, 'src/api/page/assets'), join(made, 'page'), { recursive: true, filter: isForBrowsers });
  writeCodeCache('main', ['veth', 'none']);
  writeCodeCache('entry', ['exec', '--dry-run', 'none', 'true']);
  replaceDist();
}

/**
 * One build of a checkout at a time. The lock is flock(2) on package.json, which is there anyway. It
 * belongs to the open file, which flock(1) shares with this process for a moment, so the kernel
 * releases it when this process ends.
 */
function holdLock() {
  const fd = fs.openSync(join(top, 'package.json'), 'r');
  const { status, error } = spawnSync('flock', ['--exclusive', '3'], { stdio: ['ignore', 'ignore', 'inherit', fd] });
  if (status !== 0) throw error ?? new Error(`flock failed (exit ${status})`);
}

/**
 * Puts the new build in the place of dist/, file by file: rename(2) leaves no moment without the file,
 * so a dbg that starts meanwhile finds one. Then takes away what the new build does not have.
 */
function replaceDist() {
  const dist = join(top, 'dist');
  const files = filesBelow(made);
  for (const file of files) {
    fs.mkdirSync(dirname(join(dist, file)), { recursive: true });
    fs.renameSync(join(made, file), join(dist, file));
  }
  const has = new Set(files);
  for (const file of filesBelow(dist)) if (!has.has(file)) rmSync(join(dist, file));
  rmSync(made, { recursive: true });
}

const filesBelow = (/** @type {string} */ folder) =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => fs.statSync(join(folder, file)).isFile());

build().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
