import { expect, test } from 'vitest';
import { mayShare } from '../../../src/network/sharing.ts';
import { container, summary } from '../fakes.ts';

const all = [
  summary({ id: 'owner', name: 'owner', networkMode: 'default' }),
  summary({ id: 'one', name: 'one', networkMode: 'container:owner' }),
  summary({ id: 'two', name: 'two', networkMode: 'container:owner' }),
  summary({ id: 'chained', name: 'chained', networkMode: 'container:one' }),
  summary({ id: 'other', name: 'other', networkMode: 'default' }),
  summary({ id: 'others', name: 'others', networkMode: 'container:other' }),
];

test.each([
  ['owner', 'default', ['one', 'two', 'chained']],
  ['one', 'container:owner', ['owner', 'two', 'chained']],
  ['chained', 'container:one', ['owner', 'one', 'two']],
  ['other', 'default', ['others']],
])('%s (%s) may share with %j', (id, networkMode, expected) => {
  expect(mayShare(all, container({ id, networkMode })).map(({ name }) => name)).toEqual(expected);
});
