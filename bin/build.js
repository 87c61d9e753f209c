// Bundles src/ into dist/:
//
// - main.js: all of dbg, and commander
// - entry.js, veth.js and top.js: the verbs that people type as readily as docker exec
// - a file for each of execa, dockerode, inquirer and yaml, which a verb loads when it needs them
//
// CommonJS in one file takes 21 ms less of `dbg exec` than ES modules in a file for each verb and
// for what they share. CommonJS in as many files was 1 ms slower than in one (docs/decisions/0012).
'use strict';
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { cpSync, existsSync, rmSync, readFileSync, writeFileSync } = fs;
const { wrap } = require('node:module');
const { basename, dirname, join } = require('node:path');
const { Script } = require('node:vm');
const esbuild = require('esbuild');
const { bundledPackages, licences, sbom } = require('./bundled.js');
const { scriptText } = require('./script-text.js');

const top = join(__dirname, '..');
/** A build is made here, and put in the place of dist/ when it is complete. */
const made = join(top, 'dist.new');

/**
 * Puts an empty module in the place of three files of dockerode, which pull in ssh2 (a native
 * build) and grpc. dbg uses none of them: it asks by ssh with the system's ssh, and starts no
 * BuildKit session. This keeps 1.5 MB out of the bundle.
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
 * Keeps execa from opening process.stdin as soon as it is loaded. That would set a pipe to
 * non-blocking for everyone who reads it: the command of `dbg api snoop -- sh SCRIPT` would find no
 * input after its first call of docker (EAGAIN). dbg's own use of execa inherits no stream.
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
 * Makes each of these a bundle of its own, which dbg's code requires at run time.
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

/**
 * The bundles of single verbs, which bin/dbg.js takes for these. With one, exec reads 230 KB of
 * code instead of 900.
 */
const OWN_BUNDLES = { entry: ['exec', 'shell'], veth: ['veth'], top: ['top'] };

/**
 * Leaves the other verbs out of a bundle: program.ts loads each verb by an import of its own. The
 * completion of its verbs' words stays.
 * @returns {import('esbuild').Plugin}
 */
const verbsOnly = (/** @type {readonly string[]} */ verbs) => ({
  name: 'verbs-only',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/verbs\/\w+\/[\w-]+\.ts$/ }, ({ path, kind, importer }) => {
      const isVerb = kind === 'dynamic-import' && importer.endsWith('/src/cli/program.ts');
      const verb = basename(dirname(path));
      return isVerb && ![...verbs, 'completion'].includes(verb) ? { path: verb, namespace: 'left-out' } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: '' }));
  },
});

/**
 * Writes V8's code cache of a bundle for this Node, followed by a copy of the bundle
 * (bin/code-cache.js). bin/dbg.js uses the cache, and tells by the copy that it is of this very
 * text. Whether V8 takes the cache is tried here.
 */
function writeCodeCache(/** @type {string} */ bundle, /** @type {string[]} */ verbs) {
  const main = join(made, `${bundle}.js`);
  const cache = join(made, `${bundle}-${process.version}-${process.arch}.cache`);
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent' };
  const argv = ['--predictable', join(__dirname, 'code-cache.js'), main, cache, ...verbs];
  const { stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' });
  if (!existsSync(cache)) throw new Error(`${main} cannot be run: ${stderr}`);
  const text = readFileSync(main);
  const cachedData = readFileSync(cache).subarray(0, -text.length);
  if (new Script(wrap(text.toString('latin1')), { cachedData }).cachedDataRejected)
    throw new Error(`V8 refuses the code cache of ${main}`);
}

/**
 * Makes a bundle ASCII alone, because bin/dbg.js reads it as latin1. esbuild writes strings in
 * ASCII, but leaves regular expressions as they are. In those, `\u` and four digits mean the same
 * character.
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
  // Names are not minified, for stack traces. `keepNames` would keep them by a call for each
  // function at every start.
  minifySyntax: true,
  minifyWhitespace: true,
  // Completion scripts are printed as they are.
  loader: { '.bash': 'text', '.zsh': 'text', '.fish': 'text' },
  // import() becomes require(), which loads no machinery for ES modules.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.dirname': '__dirname' },
};

/** The folders of dist/ with a page's files, and where these come from. */
const PAGES = { page: 'src/api/page/assets', 'host-page': 'src/host-page/assets' };

async function build() {
  holdLock();
  rmSync(made, { recursive: true, force: true });
  const main = await esbuild.build({
    ...OURS,
    entryPoints: [
      'src/main.ts',
      { in: 'src/verbs/api/reader-thread.ts', out: 'reader-thread' },
      { in: 'src/jobs/forward/forwarder.ts', out: 'forwarder' },
    ],
    plugins: [packagesApart, scriptsAsText],
  });
  const own = await Promise.all(
    Object.entries(OWN_BUNDLES).map(([out, verbs]) =>
      esbuild.build({
        ...OURS,
        entryPoints: [{ in: 'src/main.ts', out }],
        plugins: [packagesApart, scriptsAsText, verbsOnly(verbs)],
      }),
    ),
  );
  const packages = await esbuild.build({
    ...COMMON,
    entryPoints: PACKAGES_APART,
    minify: true,
    keepNames: true,
    plugins: [withoutSshAndGrpc, withoutStandardStreams],
    // docker-modem would read these variables by itself, whatever it is told. dbg decides from its
    // context which engine it asks.
    define: Object.fromEntries(DOCKER_VARIABLES.map((name) => [`process.env.${name}`, 'undefined'])),
  });
  for (const name of ['main', ...Object.keys(OWN_BUNDLES), 'execa']) toAscii(join(made, `${name}.js`));
  writeFileSync(join(made, 'package.json'), '{ "type": "commonjs" }\n');
  const outputs = [main, ...own, packages].flatMap(({ metafile }) => Object.values(metafile.outputs));
  const bundled = bundledPackages(top, outputs);
  writeFileSync(join(made, 'THIRD-PARTY-LICENSES.txt'), licences(bundled));
  writeFileSync(join(made, 'sbom.cdx.json'), `${JSON.stringify(sbom(top, bundled), null, 2)}\n`);
  const isForShells = (/** @type {string} */ file) => !file.endsWith('.ts');
  cpSync(join(top, 'src/verbs/shell/session'), join(made, 'session'), { recursive: true, filter: isForShells });
  const isForBrowsers = (/** @type {string} */ file) => !file.endsWith('.json');
  for (const [folder, assets] of Object.entries(PAGES)) {
    cpSync(join(top, assets), join(made, folder), { recursive: true, filter: isForBrowsers });
    cpSync(join(top, 'src/web/assets'), join(made, folder, 'web/assets'), { recursive: true, filter: isForBrowsers });
  }
  writeFileSync(join(made, 'key'), `${keyOfBuild()}\n`);
  writeCodeCache('main', ['veth']);
  writeCodeCache('entry', ['exec', 'complete']);
  writeCodeCache('veth', ['veth']);
  writeCodeCache('top', ['top']);
  writeCodeCache('execa', ['execa']);
  replaceDist();
}

/**
 * What tells this build from another: the version, and a digest of all that runs. dbg on another
 * host must be the same (src/jobs/far/).
 */
function keyOfBuild() {
  const digest = createHash('sha256');
  const files = fs.readdirSync(made).filter((name) => name.endsWith('.js'));
  for (const file of [join(__dirname, 'dbg.js'), ...files.toSorted().map((name) => join(made, name))]) {
    digest.update(readFileSync(file));
  }
  return `${require('../package.json').version}-${digest.digest('hex').slice(0, 32)}`;
}

/**
 * Waits until this is the only build of the checkout. The lock is flock(2) on package.json, which
 * is there anyway. It belongs to the open file, which flock(1) shares with this process for a
 * moment. So the kernel releases it when this process ends.
 */
function holdLock() {
  const fd = fs.openSync(join(top, 'package.json'), 'r');
  const { status, error } = spawnSync('flock', ['--exclusive', '3'], { stdio: ['ignore', 'ignore', 'inherit', fd] });
  if (status !== 0) throw error ?? new Error(`flock failed (exit ${status})`);
}

/**
 * Puts the new build in the place of dist/, file by file. rename(2) leaves no moment without the
 * file, so a dbg that starts meanwhile finds one. Then it removes files that the new build does not
 * have.
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
