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
const { dirname, join } = require('node:path');

const argv = process.argv.slice(2);
// Verbs that a person waits for have a bundle with nothing else in it, of a third of the size
// (bin/build.js).
const bundle = ['exec', 'shell'].includes(argv[0] ?? '') ? 'entry' : 'main';
const main = join(__dirname, `../dist/${bundle}.js`);

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
} else if (!existsSync(main)) {
  writeSync(2, `dbg: not built yet\n     build it:  npm --prefix ${join(__dirname, '..')} run build\n`);
  process.exitCode = 125;
} else {
  start();
}

/**
 * Runs the bundle with V8's code cache, which the build leaves beside the bundle for the Node that
 * it ran on. That takes 8 ms less than require(), of 69 for `dbg exec`. V8 refuses a cache of
 * another V8 or with other flags, but of the bundle's text it compares only the length. So the
 * cache ends with a copy of the text that it is of. Comparing them takes 0.1 ms, and loading
 * node:crypto would take 3. Node maps a stack trace by source maps only for what was required, so
 * then require() is used.
 */
function start() {
  const cache = join(__dirname, `../dist/${bundle}-${process.version}-${process.arch}.cache`);
  if (!existsSync(cache) || process.sourceMapsEnabled) {
    require(main);
    return;
  }
  const [text, cached] = [readFileSync(main), readFileSync(cache)];
  if (!cached.subarray(-text.length).equals(text)) {
    require(main);
    return;
  }
  const { Script } = require('node:vm');
  const { createRequire, wrap } = require('node:module');
  // The build makes the bundle ASCII alone, and latin1 is the fastest encoding for that.
  const script = new Script(wrap(text.toString('latin1')), {
    filename: main,
    cachedData: cached.subarray(0, -text.length),
  });
  script.runInThisContext()({}, createRequire(main), {}, main, dirname(main));
}
