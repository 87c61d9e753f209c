import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// What is written for people now. Decisions and the changelog tell of their time, and of files that are no more.
const PAGES = [
  'CONTRIBUTING.md',
  'README.md',
  'SECURITY.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** The paths of this repository that a text names, but for patterns: "src/verbs/<verb>/", "test/unit/*.test.ts". */
const pathsIn = (text: string) =>
  [...text.matchAll(/(?<![\w./~$-])(?:src|test|docs|bin)\/[^\s`'")\]#,;:|…]*/g)]
    .map(([path]) => path.replace(/\.+$/, ''))
    .filter((path) => !/[<*{]/.test(path));

test.each(PAGES)('the files and folders that %s names are there', (page) => {
  const missing = pathsIn(readFileSync(page, 'utf8')).filter((path) => !existsSync(path));
  expect(missing).toEqual([]);
});

test('which paths a text names', () => {
  expect(
    pathsIn(
      'See `src/a.ts`, [b](docs/b.md#part) (test/c), bin/d.js. Not /usr/bin/e, https://x/docs/f, `src/<g>/h` or ~/test/i.',
    ),
  ).toEqual(['src/a.ts', 'docs/b.md', 'test/c', 'bin/d.js']);
});
