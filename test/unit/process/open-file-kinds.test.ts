import { expect, test } from 'vitest';
import { kindOf, openFileKinds } from '../../../src/process/open-file-kinds.ts';
import { fakeHost, ID } from '../fakes.ts';

test.each([
  ['socket:[123]', 'sockets'],
  ['pipe:[123]', 'pipes'],
  ['anon_inode:[eventpoll]', 'eventpoll'],
  ['anon_inode:inotify', 'inotify'],
  ['net:[4026531840]', 'net'],
  ['/dev/null', 'devices'],
  ['/dev/shm/x', 'files and folders'],
  ['/var/log/app (deleted)', 'deleted files'],
  ['/memfd:x (deleted)', 'memfd'],
  ['/var/lib', 'files and folders'],
  ['something new', 'others'],
  [undefined, undefined],
])('%s is of the kind %s', (link, kind) => {
  expect(kindOf(link)).toBe(kind);
});

test('the open files of the processes of a container', () => {
  const host = fakeHost({
    files: {
      '/proc/1234/cgroup': `0::/docker/${ID}\n`,
      '/proc/1/cgroup': '0::/\n',
    },
    links: {
      '/proc/1234/fd/0': '/dev/null',
      '/proc/1234/fd/1': 'pipe:[1]',
      '/proc/1234/fd/2': 'pipe:[1]',
      '/proc/1/fd/0': 'x',
    },
  });
  const subject = { id: ID, name: 'web', pid: 1234, places: [{ hierarchy: '', path: `/docker/${ID}` }] };
  expect(openFileKinds(host, subject)).toEqual({
    counts: new Map([
      ['devices', 1],
      ['pipes', 2],
    ]),
    left: 0,
  });
});
