// Tells how a script of src gets into the bundle, and into a unit test.
'use strict';
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

/**
 * The text of a script, as `sh -c` or `perl -e` gets it. Comments on lines of their own are left
 * out, because the text is seen in the process list and in what --dry-run prints. A line `. ./FILE`
 * is replaced by the text of that file.
 * @returns {string}
 */
function scriptText(/** @type {string} */ file) {
  return readFileSync(file, 'utf8')
    .replace(/^[ \t]*#.*\n/gm, '')
    .replace(/^\. (\S+)$/gm, (_, /** @type {string} */ other) => scriptText(join(dirname(file), other)))
    .trim();
}

module.exports = { scriptText };
