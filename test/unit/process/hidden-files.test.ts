import { expect, test } from 'vitest';
import { parseInspection } from '../../../src/engine/inspection.ts';
import { hiddenFilesOf } from '../../../src/process/hidden-files.ts';
import { fakeHost, ID } from '../fakes.ts';

const SUBJECT = { id: ID, name: 'web', pid: 1234, places: [] };
const inspection = (...destinations: readonly string[]) =>
  parseInspection({
    Id: ID,
    Mounts: destinations.map((Destination) => ({ Type: 'bind', Source: `/srv${Destination}`, Destination })),
  });

const INSIDE = `317 145 0:55 / / rw - overlay overlay rw
338 317 254:0 /v /app rw - ext4 /dev/vda rw
340 338 254:0 /w /app/deep/er rw - ext4 /dev/vda rw
339 317 0:70 / /nfs rw - nfs4 server:/x rw
`;
const ON_HOST = `20 1 254:0 / / rw - ext4 /dev/vda rw
31 20 0:54 / /docker/other/merged rw - overlay overlay rw
32 20 0:55 / /docker/its/merged rw - overlay overlay rw
`;

/** A host on which folders have these names, by "ROOT PATH MOUNT". */
const hostWith = (names: Readonly<Record<string, string[]>>, inside = INSIDE, onHost = ON_HOST) => ({
  ...fakeHost({ files: { '/proc/1234/mountinfo': inside, '/proc/self/mountinfo': onHost } }),
  namesInside: async (root: string, path: string, id: number, most: number) =>
    names[`${root} ${path} ${id}`]?.slice(0, most),
});

const IMAGE = '/docker/its/merged /app 32';
const MOUNT = '/proc/1234/root /app 338';
const APP = { type: 'bind', source: '/srv/app', destination: '/app', hostPath: '/docker/its/merged/app' };

test.each([
  ['an empty mount', { [IMAGE]: ['b', 'a'], [MOUNT]: [] }, [{ ...APP, names: ['a', 'b'], isEmpty: true }]],
  [
    'nothing but a place of another mount',
    { [IMAGE]: ['a'], [MOUNT]: ['deep'] },
    [{ ...APP, names: ['a'], isEmpty: true }],
  ],
  ['some are in the mount', { [IMAGE]: ['b', 'a'], [MOUNT]: ['b', 'c'] }, [{ ...APP, names: ['a'], isEmpty: false }]],
  ['all are in the mount', { [IMAGE]: ['b', 'a'], [MOUNT]: ['a', 'b'] }, []],
  ['the image has nothing there', { [IMAGE]: [], [MOUNT]: ['a'] }, []],
  ['a file, not a folder', { [MOUNT]: ['a'] }, []],
  ['more than is counted', { [IMAGE]: ['a'], [MOUNT]: Array.from({ length: 10_001 }, (_, at) => `${at}`) }, []],
])('%s', async (_, names, expected) => {
  expect(await hiddenFilesOf(hostWith(names), SUBJECT, inspection('/app', '/nfs', '/gone'))).toEqual(expected);
});

test('a storage driver without overlays: a folder of a larger file system', async () => {
  const inside = INSIDE.replace('0:55 / / rw', '254:0 /docker/vfs/x / rw');
  const names = { '/ /docker/vfs/x/app 20': ['a'], [MOUNT]: [] };
  const [hidden] = await hiddenFilesOf(hostWith(names, inside), SUBJECT, inspection('/app'));
  expect(hidden?.hostPath).toBe('/docker/vfs/x/app');
});

test('a host that does not see the root of the container', async () => {
  const host = hostWith({}, INSIDE, ON_HOST.replace('0:55', '0:56'));
  await expect(hiddenFilesOf(host, SUBJECT, inspection('/app'))).rejects.toThrow('cannot be seen from this host');
  expect(await hiddenFilesOf(host, SUBJECT, inspection())).toEqual([]);
  const served = hostWith({}, INSIDE, ON_HOST.replaceAll('overlay', 'fuse.overlayfs'));
  await expect(hiddenFilesOf(served, SUBJECT, inspection('/app'))).rejects.toThrow('cannot be seen');
});
