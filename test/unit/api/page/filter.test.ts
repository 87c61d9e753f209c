import { expect, test } from 'vitest';
import { bodyWords, parseFilter } from '../../../../src/api/page/assets/list/filter.js';
import type { Row } from '../../../../src/api/page/row.ts';

const ROW: Row = {
  number: 3,
  connection: 1,
  lane: 0,
  start: 1000,
  answered: 1010,
  end: 1050,
  peer: 'docker[4711]',
  operation: 'ContainerInspect',
  subject: 'Web',
  method: 'GET',
  path: '/containers/web/json',
  status: 404,
  up: 0,
  down: 46,
  protocol: '',
  failure: '',
  pieces: 1,
};
const OPEN: Row = { ...ROW, end: null, answered: null, status: null };

test.each([
  ['', true],
  ['  ', true],
  ['web', true],
  ['WEB inspect', true],
  ['web nothing', false],
  ['-web', false],
  ['-ping', true],
  ['-', true],
  ['op:inspect', true],
  ['op:web', false],
  ['container:web', true],
  ['container=we', false],
  ['peer:docker', true],
  ['status:4', true],
  ['status=404', true],
  ['status>=404', true],
  ['status>404', false],
  ['status<400', false],
  ['status<=404 ms>49', true],
  ['ms>50', false],
  ['-status>=400', false],
  ['status>=', false],
  ['status>=x', false],
  ['nofield:web', false],
  ['constructor:x', false],
])('%j: %j', (text, shown) => {
  expect(parseFilter(text)(ROW)).toBe(shown);
});

test('words that are looked for in bodies', () => {
  expect(bodyWords('web -body:Hush body:x=1 body: BODY:x=1 status>400 body:x')).toEqual(['Hush', 'x=1', 'x']);
  const isInBody = (word: string) => word === 'hush';
  expect(
    ['body:hush', '-body:hush', 'body:other', '-body:other web', 'body:'].map((text) =>
      parseFilter(text, isInBody)(ROW),
    ),
  ).toEqual([true, false, false, true, false]);
  expect(parseFilter('body:hush')(ROW)).toBe(false);
});

test.each([
  ['status<500', false],
  ['ms<100', false],
  ['open', true],
  ['status:', true],
])('an open call, %j: %j', (text, shown) => {
  expect(parseFilter(text)(OPEN)).toBe(shown);
});
