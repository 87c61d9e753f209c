import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONTAINER_CHECKS } from '../../../../src/why/container/checks.ts';

/** The list of checks, as docs/why.md has it. */
const checkList = () => CONTAINER_CHECKS.map(({ id, about }) => `- \`${id}\`: ${about}\n`).join('');

test('docs/why.md lists every check, in causal order', () => {
  const page = readFileSync('docs/why.md', 'utf8');
  const [, list] = /<!-- checks -->\n\n([^]*?)\n<!-- end of checks -->/.exec(page) ?? [];
  expect(list).toBe(checkList());
});

test('each check has an id of its own', () => {
  const ids = CONTAINER_CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
