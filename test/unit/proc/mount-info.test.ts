import { expect, test } from 'vitest';
import { heldNamespaces, parseMountInfo } from '../../../src/proc/mount-info.ts';

// Recorded, shortened: a host with Docker, `ip netns add 'my ns'`, and snapd's namespaces of
// mounts.
const TEXT = `34 20 0:30 / /run rw - tmpfs tmpfs rw
61 34 0:4 net:[4026532407] /run/docker/netns/ab0abb72f96d rw shared:9 - nsfs nsfs rw
62 34 0:4 net:[4026532500] /run/netns/my\\040ns rw - nsfs nsfs rw
63 34 0:4 mnt:[4026532501] /run/snapd/ns/lxd.mnt rw - nsfs nsfs rw
70 34 254:1 /a\\134b /data\\011\\012 ro,nosuid shared:3 master:1 - ext4 /dev/vda1 rw,discard
`;

test('a line of it', () => {
  expect(parseMountInfo(TEXT).at(-1)).toEqual({
    id: 70,
    parent: 34,
    device: '254:1',
    root: '/a\\b',
    mountPoint: '/data\t\n',
    options: 'ro,nosuid',
    type: 'ext4',
    superOptions: 'rw,discard',
  });
  expect(parseMountInfo(TEXT)).toHaveLength(5);
});

test.each(['', '\n', '1 2 0:1 / /x rw', 'no mount at all - x'])('%j is none', (text) =>
  expect(parseMountInfo(text)).toEqual([]),
);

test('network namespaces that files hold, and no other kind', () =>
  expect(heldNamespaces(TEXT)).toEqual([
    { inode: 4026532407, path: '/run/docker/netns/ab0abb72f96d' },
    { inode: 4026532500, path: '/run/netns/my ns' },
  ]));
