import { expect, test } from 'vitest';
import { MOUNT_CHECKS } from '../../../../src/why/container/mount-checks.ts';
import { found } from './given.ts';

const hidden = { type: 'bind', source: '/srv/app', destination: '/app', hostPath: '/merged/app' };
const names = ['a', 'b', 'c', 'd'];

test.each([
  [
    { ...hidden, names, isEmpty: true },
    'suspect: nothing is in "/app" of "web": /srv/app is empty, and hides 4 names that its image has there: a, b, c and 1 more',
  ],
  [
    { ...hidden, type: 'volume', names: ['a'], isEmpty: false },
    'note: "/app" of "web" is the volume, which hides 1 name that its image has there: a',
  ],
])('%j', (one, expected) =>
  expect(found(MOUNT_CHECKS, { hiddenFiles: [one] })).toEqual([`drift.files-hidden ${expected}`]),
);
