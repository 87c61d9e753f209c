import { expect, test } from 'vitest';
import { parseFilter } from '../../../../src/api/page/assets/filter.js';
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

test.each([
  ['status<500', false],
  ['ms<100', false],
  ['open', true],
  ['status:', true],
])('an open call, %j: %j', (text, shown) => {
  expect(parseFilter(text)(OPEN)).toBe(shown);
});
