import { expect, test } from 'vitest';
import { globMatcher, globsMeet } from '../../../../../src/api/wire/calls/glob.ts';

test.for([
  ['/containers/*/json', '/containers/*/json', true],
  ['/containers/web/json', '/containers/*/json', true],
  ['/containers/*/json', '/containers/*', false],
  ['/container/*', '/containers/*', false],
  ['/containers/web*', '/containers/*/stop', false],
  ['/containers/**', '/containers/*/stop', true],
  ['/**', '/info', true],
  ['/*', '/info', true],
  ['/*', '/containers/json', false],
  ['/images/a/b:1/tag', '/images/**/tag', true],
  ['/images/*/tag', '/images/**/tag', true],
  ['/i*o', '/info', true],
  ['/i*x', '/info', false],
  ['/networks/', '/networks/*', true],
  ['/a.c', '/abc', false],
  ['', '', true],
] as const)('%s and %s have a path in common: %s', ([one, other, wanted]) => {
  expect(globsMeet(one, other)).toBe(wanted);
  expect(globsMeet(other, one)).toBe(wanted);
  if (!other.includes('*')) expect(globMatcher(one)(other)).toBe(wanted);
});

test('a star in a path is a letter', () => {
  expect([globMatcher('*')('a*a*a'), globMatcher('/*/x')('/a*/x'), globMatcher('*')('*/')]).toEqual([
    true,
    true,
    false,
  ]);
});

test('many stars are no long thought', () => {
  expect(globMatcher(`/${'a*'.repeat(40)}b`)(`/${'a'.repeat(8000)}`)).toBe(false);
  expect(globsMeet(`/${'*a'.repeat(200)}`, `/${'a*'.repeat(200)}b`)).toBe(false);
});
