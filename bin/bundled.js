// Tells whose code is in dist/: the licence texts, as the licences ask, and an SBOM. All packages
// are devDependencies, so an audit of the installed dbg would see none of them.
'use strict';
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

/**
 * @typedef {{ readonly folder: string, readonly name: string, readonly version: string,
 *   readonly license: string }} Bundled
 */

/**
 * The packages that have code in a bundle, by name and version.
 * @returns {Bundled[]}
 */
function bundledPackages(
  /** @type {string} */ top,
  /** @type {import('esbuild').Metafile['outputs'][string][]} */ outputs,
) {
  const inputs = outputs.flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const folders = new Set(inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  const packages = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(top, folder, 'package.json'), 'utf8'));
    return { folder: join(top, folder), name, version, license };
  });
  // Sorted by code points, as another person's build may run in another language.
  return packages.toSorted((a, b) => (refOf(a) < refOf(b) ? -1 : 1));
}

/** The name that npm's SBOM has for a package. */
const refOf = (/** @type {Pick<Bundled, 'name' | 'version'>} */ { name, version }) => `${name}@${version}`;

/**
 * The licence texts of all packages. Throws when a package brings none and bin/licences has none
 * for it.
 */
function licences(/** @type {Bundled[]} */ packages) {
  const texts = packages.map(({ folder, name, version, license }) => {
    const found = readdirSync(folder).filter((entry) => /^(licen[cs]e|copying|notice)/i.test(entry));
    const own = join(__dirname, 'licences', `${name.replace('/', '+')}.txt`);
    const files = found.length > 0 ? found.toSorted().map((file) => join(folder, file)) : existsSync(own) ? [own] : [];
    if (files.length === 0) throw new Error(`${name} brings no licence text: put one into ${own}`);
    return `${name} ${version} (${license})\n\n${files.map((file) => readFileSync(file, 'utf8').trim()).join('\n\n')}\n`;
  });
  return texts.join(`\n${'-'.repeat(100)}\n\n`);
}

/**
 * A CycloneDX SBOM of what is bundled: npm's own SBOM of the lockfile, without what is not in the
 * bundle. What npm writes of the moment and the place is left out (time, a random serial number,
 * the folder's name, npm's version). So two builds are the same.
 */
function sbom(/** @type {string} */ top, /** @type {Bundled[]} */ packages) {
  const { serialNumber: _, metadata, components, dependencies, ...rest } = JSON.parse(npmSbom(top));
  const { timestamp: __, tools, component, ...about } = metadata;
  const refs = new Set(packages.map(refOf));
  const bundled = components
    .filter((/** @type {{ 'bom-ref': string }} */ each) => refs.has(each['bom-ref']))
    // npm calls them optional, as devDependencies are. In the bundle they are needed.
    .map((/** @type {object} */ each) => ({ ...each, scope: 'required', properties: [] }));
  const missing = refs.size - bundled.length;
  if (missing !== 0) throw new Error(`${missing} of the bundled packages are not in package-lock.json: run npm ci`);
  const own = component['bom-ref'];
  return {
    ...rest,
    metadata: {
      ...about,
      tools: tools.map((/** @type {{ version: string }} */ { version: ___, ...tool }) => tool),
      component: { ...component, name: JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')).name },
    },
    components: bundled,
    dependencies: dependencies.flatMap((/** @type {{ ref: string, dependsOn: string[] }} */ { ref, dependsOn }) =>
      ref === own || refs.has(ref) ? [{ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }] : [],
    ),
  };
}

/**
 * The text that `npm sbom` gives for the lockfile. npm takes a second for it, so it is kept for as
 * long as the lockfile is the same.
 */
function npmSbom(/** @type {string} */ top) {
  const files = ['package.json', 'package-lock.json'].map((file) => readFileSync(join(top, file)));
  const digest = createHash('sha256').update(Buffer.concat(files)).digest('hex').slice(0, 16);
  const kept = join(top, `node_modules/.cache/dbg/sbom-${digest}.json`);
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  // Within `npm install -g .`, npm passes on its own --global and --omit, which must not count
  // here.
  const here = ['--no-global', '--location=project', '--include=dev', '--include=optional', '--prefix', top];
  const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--no-update-notifier', ...here];
  const npm = process.env['npm_execpath'];
  const [file, ...first] = npm ? [process.execPath, npm] : ['npm'];
  const { status, stdout, stderr, error } = spawnSync(file, [...first, ...args], { cwd: top, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm sbom failed: ${error?.message ?? stderr}`);
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, stdout);
  return stdout;
}

module.exports = { bundledPackages, licences, sbom };
