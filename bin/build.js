// Bundles src/ into dist/: one small file with the way from argv to nsenter, and chunks for execa, dockerode and
// inquirer, which a verb loads when it needs them. Unsplit, every start would pay for all of them.
'use strict';
const { cpSync, rmSync, readFileSync, readdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const esbuild = require('esbuild');

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

const DOCKER_VARIABLES = [
  'DOCKER_HOST',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
  'DOCKER_CLIENT_TIMEOUT',
  'DOCKER_PATH_PREFIX',
];

/** The licence texts of every package that has code in the bundle, as those licences ask. */
function writeLicences(/** @type {import('esbuild').Metafile} */ metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const folders = [...new Set(inputs.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]))].filter(
    (folder) => folder !== undefined,
  );
  folders.sort((a, b) => a.localeCompare(b));
  const texts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(top, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(top, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(top, folder, file), 'utf8').trim() : '(the package brings no licence text)';
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  writeFileSync(join(top, 'dist/THIRD-PARTY-LICENSES.txt'), texts.join(`\n${'-'.repeat(100)}\n\n`));
}

async function build() {
  rmSync(join(top, 'dist'), { recursive: true, force: true });
  const { metafile } = await esbuild.build({
    absWorkingDir: top,
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    plugins: [withoutSshAndGrpc],
    // docker-modem reads these by itself, whatever it is told; dbg decides on the engine, from its context.
    define: Object.fromEntries(DOCKER_VARIABLES.map((name) => [`process.env.${name}`, 'undefined'])),
    // CommonJS packages inside an ES module bundle still call require() for Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  writeLicences(metafile);
  const isForShells = (/** @type {string} */ file) => !file.endsWith('.ts');
  cpSync(join(top, 'src/cli/session'), join(top, 'dist/session'), { recursive: true, filter: isForShells });
}

build().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
