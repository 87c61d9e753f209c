import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONNECTION_CHECKS, FURTHER_CHECKS } from '../../../../src/why/connection/connection-checks.ts';
import { CONTAINER_CHECKS } from '../../../../src/why/container/checks.ts';

/** The list of checks, as docs/why.md has it. */
const listOf = (checks: readonly { readonly id: string; readonly about: string }[]) =>
  checks.map(({ id, about }) => `- \`${id}\`: ${about}\n`).join('');

const TABLES = [
  ['checks of a container', CONTAINER_CHECKS],
  ['checks of a connection', CONNECTION_CHECKS],
  ['checks of somebody outside', FURTHER_CHECKS.outside],
  ['checks of a published port', FURTHER_CHECKS.published],
  ['checks of TLS', FURTHER_CHECKS.tls],
  ['checks of HTTP', FURTHER_CHECKS.http],
] as const;

test.each(TABLES)('docs/why.md lists every one of the %s, in causal order', (name, checks) => {
  const page = readFileSync('docs/why.md', 'utf8');
  const [, list] = new RegExp(`<!-- ${name} -->\n\n([^]*?)\n<!-- end of ${name} -->`).exec(page) ?? [];
  expect(list).toBe(listOf(checks));
});

test('each check has an id of its own', () => {
  const ids = TABLES.flatMap(([, checks]) => checks.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
});
