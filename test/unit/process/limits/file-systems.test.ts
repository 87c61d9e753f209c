import { expect, test } from 'vitest';
import type { Space } from '../../../../src/host/host-files.ts';
import { fileSystemsOf } from '../../../../src/process/limits/file-systems.ts';
import { openFilesOf } from '../../../../src/process/limits/open-files.ts';
import { fakeHost, ID } from '../../fakes.ts';

const MOUNTS = `
317 145 0:55 / / rw,relatime master:4 - overlay overlay rw,lowerdir=/x
318 317 0:51 / /proc rw,nosuid - proc proc rw
319 317 0:57 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
320 319 0:58 / /dev/pts rw,nosuid - devpts devpts rw
337 319 0:64 / /dev/shm rw,nosuid - tmpfs shm rw,size=65536k
338 317 254:0 /tmp/vol /my\\040vol rw,relatime - ext4 /dev/vda rw
339 317 254:0 /tmp/other /other rw,relatime - ext4 /dev/vda rw
340 317 254:0 /c/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vda rw
341 317 0:70 / /nfs rw,relatime - nfs4 server:/x rw
342 341 0:71 / /nfs/below rw,relatime - tmpfs tmpfs rw
343 342 0:72 / /nfs/below/more rw,relatime - tmpfs tmpfs rw
344 317 0:73 / /fuse rw - fuse.sshfs a:/ rw
345 317 0:74 / /ro ro,relatime - ext4 /dev/vdb rw
164 318 0:52 / /proc/acpi ro,relatime - tmpfs tmpfs ro
165 318 0:57 /null /proc/keys rw,nosuid - tmpfs tmpfs rw
`;
const SPACE: Space = { size: 100, used: 60, available: 30, inodes: 10, usedInodes: 9 };
const SUBJECT = { id: ID, name: 'web', pid: 1234, places: [{ hierarchy: '', path: `/docker/${ID}` }] };

async function fileSystems(mounts: string, isRoot = true) {
  const asked: string[] = [];
  const host = {
    ...fakeHost({ isRoot, files: { '/proc/1234/mountinfo': mounts } }),
    spaceInside: async (root: string, path: string, id: number) => {
      asked.push(`${root} ${path} ${id}`);
      return path === '/ro' ? undefined : SPACE;
    },
  };
  return { found: await fileSystemsOf(host, SUBJECT), asked };
}

test('one for each device, less what the kernel or the engine puts there; what could hang is not asked, nor what is below it', async () => {
  const { found, asked } = await fileSystems(MOUNTS);
  expect(asked).toEqual([
    '/proc/1234/root / 317',
    '/proc/1234/root /dev/shm 337',
    '/proc/1234/root /my vol 338',
    '/proc/1234/root /ro 345',
  ]);
  expect(found?.shown.map(({ mountPoint, space }) => [mountPoint, space !== undefined])).toEqual([
    ['/', true],
    ['/dev/shm', true],
    ['/my vol', true],
    ['/nfs', false],
    ['/nfs/below', false],
    ['/nfs/below/more', false],
    ['/fuse', false],
  ]);
});

test('a thousand of them', async () => {
  const line = (at: number) => `${at} 1 1:${at} / /m${at} ro - ext4 /dev/x rw`;
  const { found, asked } = await fileSystems(Array.from({ length: 1000 }, (_, at) => line(at)).join('\n'));
  expect([found?.shown.length, found?.left, asked.length]).toEqual([64, 936, 64]);
  expect(found?.shown[0]).toMatchObject({ isReadOnly: true, device: '1:0', type: 'ext4' });
});

test('not root, or gone', async () => {
  expect(await fileSystems(MOUNTS, false)).toEqual({ found: undefined, asked: [] });
  expect((await fileSystems('')).found).toBeUndefined();
});

test('open files: of the process that is nearest to its own limit', () => {
  const limits = (soft: string) =>
    `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}    1048576   files\n`;
  const process = (pid: number, soft: string, open: number) => ({
    [`/proc/${pid}/cgroup`]: `0::/docker/${ID}\n`,
    [`/proc/${pid}/stat`]: `${pid} (p ${pid}) S 1`,
    [`/proc/${pid}/limits`]: limits(soft),
    ...Object.fromEntries(Array.from({ length: open }, (_, fd) => [`/proc/${pid}/fd/${fd}`, ''])),
  });
  const files = {
    ...process(1, '1024', 9),
    ...process(2, '16', 8),
    ...process(3, 'unlimited', 20),
    '/proc/9/cgroup': '0::/x',
  };
  expect(openFilesOf(fakeHost({ files }), SUBJECT)).toEqual({ pid: 2, command: 'p 2', used: 8, limit: 16 });
  expect(openFilesOf(fakeHost({ files: process(3, 'unlimited', 2) }), SUBJECT)).toMatchObject({ used: 2, limit: null });
  expect(openFilesOf(fakeHost({ files: {} }), SUBJECT)).toBeUndefined();
  expect(openFilesOf(fakeHost({ files, isRoot: false }), SUBJECT)).toBeUndefined();
});
