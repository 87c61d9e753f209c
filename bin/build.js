// Bundles src/ into dist/: main.js with all of dbg and commander, entry.js with the verbs that stand beside docker exec in people's
// fingers, and a file for each of execa, dockerode and inquirer, which a verb loads when it needs them. CommonJS in one file: 21 ms less of `dbg exec` than ES modules in a file for each verb
// and for what they share; CommonJS in as many files was 1 ms slower than in one (docs/design.md).
'use strict';
const { spawnSync } = require('node:child_process');
const { cpSync, existsSync, rmSync, readFileSync, writeFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { basename, join } = require('node:path');
const { Script } = require('node:vm');
const esbuild = require('esbuild');
const { bundledPackages, licences, sbom } = require('./bundled.js');

const top = join(__dirname, '..');

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
  const main = join(top, `dist/${bundle}.js`);
  const cache = join(top, `dist/${bundle}-${process.version}-${process.arch}.cache`);
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

/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const COMMON = {
  absWorkingDir: top,
  outdir: 'dist',
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
  loader: { '.pl': 'text' },
  supported: { 'dynamic-import': false }, // a require() in its place loads no machinery for ES modules
  define: { 'import.meta.dirname': '__dirname' },
};

async function build() {
  rmSync(join(top, 'dist'), { recursive: true, force: true });
  const main = await esbuild.build({
    ...OURS,
    entryPoints: ['src/main.ts', { in: 'src/verbs/api/reader-thread.ts', out: 'reader-thread' }],
    plugins: [packagesApart],
  });
  const entry = await esbuild.build({
    ...OURS,
    entryPoints: [{ in: 'src/main.ts', out: 'entry' }],
    plugins: [packagesApart, entryVerbsOnly],
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
  for (const bundle of ['main.js', 'entry.js']) toAscii(join(top, 'dist', bundle));
  writeFileSync(join(top, 'dist/package.json'), '{ "type": "commonjs" }\n');
  const outputs = [main, entry, packages].flatMap(({ metafile }) => Object.values(metafile.outputs));
  const bundled = bundledPackages(top, outputs);
  writeFileSync(join(top, 'dist/THIRD-PARTY-LICENSES.txt'), licences(bundled));
  writeFileSync(join(top, 'dist/sbom.cdx.json'), `${JSON.stringify(sbom(top, bundled), null, 2)}\n`);
  const isForShells = (/** @type {string} */ file) => !file.endsWith('.ts');
  cpSync(join(top, 'src/verbs/shell/session'), join(top, 'dist/session'), { recursive: true, filter: isForShells });
  const isForBrowsers = (/** @type {string} */ file) => !file.endsWith('.json');
  cpSync(join(top, 'src/api/page/assets'), join(top, 'dist/page'), { recursive: true, filter: isForBrowsers });
  writeCodeCache('main', ['veth', 'none']);
  writeCodeCache('entry', ['exec', '--dry-run', 'none', 'true']);
}

build().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
