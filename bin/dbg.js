#!/bin/sh
// 2>/dev/null; exec node -- "$0" "$@"
// To sh, the line above is a command that fails and one that starts Node; to Node it is a comment. Without `--`, Node 20 takes
// --env-file=FILE for its own wherever it stands, the tool's too: the NODE_OPTIONS in there would be code in dbg, as root. busybox's
// env(1) has no -S for that.
// CommonJS, and --version answered right here: loading one ES module costs Node 20 3.5 ms, console.log 2 ms more,
// which is most of what `dbg --version` may cost above a bare node (npm run bench -- start).
'use strict';
const { existsSync, readFileSync, writeSync } = require('node:fs');
const { dirname, join } = require('node:path');

const argv = process.argv.slice(2);
// Verbs that a person waits for have a bundle that holds nothing else, of a third of the size (bin/build.js).
const bundle = ['exec', 'shell'].includes(argv[0] ?? '') ? 'entry' : 'main';
const main = join(__dirname, `../dist/${bundle}.js`);

if (Number(process.versions.node.split('.')[0]) < 20) {
  writeSync(2, `dbg: Node 20 or newer is needed, this is ${process.version}\n`);
  process.exitCode = 125;
} else if (argv.length === 1 && ['--version', '-V', '-v', 'version'].includes(argv[0] ?? '')) {
  try {
    writeSync(1, `dbg ${require('../package.json').version}\n`);
  } catch (error) {
    // The reader left, or the disk is full: no stack trace for that.
    process.exitCode = /** @type {any} */ (error).code === 'EPIPE' ? 141 : 125;
  }
} else if (!existsSync(main)) {
  writeSync(2, `dbg: not built yet\n     build it:  npm --prefix ${join(__dirname, '..')} run build\n`);
  process.exitCode = 125;
} else {
  start();
}

/**
 * Runs the bundle with V8's code cache, which the build leaves beside it for the Node that it ran on: 8 ms less than by require(), of
 * 69 for `dbg exec`. V8 leaves a cache aside that is of another V8 or other flags, but looks at no more of the text than its length. So
 * the cache ends with a copy of the text that it is of: to compare them is 0.1 ms, where node:crypto is 3 to load. Node maps a stack
 * trace by source maps only for what was required.
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
  // The build makes it ASCII alone, of which this is the fastest encoding.
  const script = new Script(wrap(text.toString('latin1')), {
    filename: main,
    cachedData: cached.subarray(0, -text.length),
  });
  script.runInThisContext()({}, createRequire(main), {}, main, dirname(main));
}
