#!/bin/sh
// 2>/dev/null; exec node -- "$0" "$@"
// To sh, the line above is a command that fails and one that starts Node. To Node, it is a comment.
// Without `--`, Node 20 would take --env-file=FILE for its own option wherever it stands, even
// among the tool's. The NODE_OPTIONS in that file would then be code in dbg, as root. busybox's
// env(1) has no -S for that.
//
// This file is CommonJS, and answers --version itself. Loading one ES module costs Node 20 3.5 ms,
// and console.log 2 ms more. That is most of what `dbg --version` may cost above a bare node (npm
// run bench -- start).
'use strict';
const { existsSync, readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const argv = process.argv.slice(2);
const [first = '', , second = ''] = argv;
// Verbs that a person waits for have a bundle with little else in it, of a third of the size
// (bin/build.js). The completion of such a verb's words is in the same bundle.
const BUNDLES = new Map([
  ['exec', 'entry'],
  ['shell', 'entry'],
  ['veth', 'veth'],
  ['top', 'top'],
  ['stats', 'top'],
]);
const bundle = BUNDLES.get(first === '__complete' && argv.length > 3 ? second : first) ?? 'main';
const dist = join(__dirname, '../dist');

if (Number(process.versions.node.split('.')[0]) < 20) {
  writeSync(2, `dbg: Node 20 or newer is needed, this is ${process.version}\n`);
  process.exitCode = 125;
} else if (argv.length === 1 && ['--version', '-V', '-v', 'version'].includes(argv[0] ?? '')) {
  try {
    writeSync(1, `dbg ${require('../package.json').version}\n`);
  } catch (error) {
    // The reader left, or the disk is full: that needs no stack trace.
    process.exitCode = /** @type {any} */ (error).code === 'EPIPE' ? 141 : 125;
  }
} else if (!existsSync(join(dist, `${bundle}.js`))) {
  writeSync(2, `dbg: not built yet\n     build it:  npm --prefix ${join(__dirname, '..')} run build\n`);
  process.exitCode = 125;
} else {
  load(bundle);
}

/**
 * Runs a file of dist/ with V8's code cache, which the build leaves beside the file for the Node
 * that it ran on, and gives its exports. That takes 8 ms less than require(), of 69 for `dbg exec`.
 * V8 refuses a cache of another V8 or with other flags, but of the file's text it compares only the
 * length. So the cache ends with a copy of the text that it is of. Comparing them takes 0.1 ms, and
 * loading node:crypto would take 3. Node maps a stack trace by source maps only for what was
 * required, so then require() is used.
 */
function load(/** @type {string} */ name) {
  const file = join(dist, `${name}.js`);
  const cache = join(dist, `${name}-${process.version}-${process.arch}.cache`);
  if (!existsSync(cache) || process.sourceMapsEnabled) return require(file);
  const [text, cached] = [readFileSync(file), readFileSync(cache)];
  if (!cached.subarray(-text.length).equals(text)) return require(file);
  const { Script } = require('node:vm');
  const { createRequire, wrap } = require('node:module');
  // The build makes the file ASCII alone, and latin1 is the fastest encoding for that.
  const script = new Script(wrap(text.toString('latin1')), {
    filename: file,
    cachedData: cached.subarray(0, -text.length),
  });
  const required = createRequire(file);
  const module = { exports: {} };
  const loaded = new Map();
  /** The files beside this one are loaded in the same way, each once. */
  const requireBeside = (/** @type {string} */ id) => {
    if (!id.startsWith('./')) return required(id);
    if (!loaded.has(id)) loaded.set(id, load(id.slice(2, -3)));
    return loaded.get(id);
  };
  script.runInThisContext()(module.exports, requireBeside, module, file, dist);
  return module.exports;
}
