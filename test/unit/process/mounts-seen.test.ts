import { expect, test } from 'vitest';
import { parseInspection } from '../../../src/engine/inspection.ts';
import { logSize } from '../../../src/process/log-size.ts';
import { mountsSeen } from '../../../src/process/mounts-seen.ts';
import { denialsOf } from '../../../src/process/denials-of.ts';
import { container, fakeHost, ID } from '../fakes.ts';

const MOUNTS = `317 145 0:55 / / rw - overlay overlay rw
338 317 254:0 /v /data rw - ext4 /dev/vda rw
339 317 254:0 /r /read ro - ext4 /dev/vda rw
340 317 254:1 /s /broken rw - ext4 /dev/vdb ro
341 317 0:70 / /nfs rw - nfs4 server:/x rw
`;
const SUBJECT = { id: ID, name: 'web', pid: 1234, places: [{ hierarchy: '', path: `/docker/${ID}` }] };
const inspection = parseInspection({
  Id: ID,
  Mounts: ['/data/', '/read', '/broken', '/nfs', '/gone'].map((Destination) => ({
    Type: 'bind',
    Destination,
    RW: true,
  })),
});

test('each mount as the kernel has it; a server is not asked, and one that is not there is left out', async () => {
  const asked: string[] = [];
  const links = { '/proc/1234/ns/user': 'user:[2]', '/proc/self/ns/user': 'user:[1]' };
  const files = {
    '/proc/1234/mountinfo': MOUNTS,
    '/proc/1234/uid_map': '0 100000 65536\n',
    '/proc/1234/gid_map': '0 100000 65536\n',
  };
  const host = {
    ...fakeHost({ files, links }),
    ownerInside: async (root: string, path: string, id: number) => {
      asked.push(`${root} ${path} ${id}`);
      return { uid: path === '/data' ? 100_001 : 0, gid: 0, mode: 0o755, isFolder: true };
    },
  };
  const seen = await mountsSeen(host, SUBJECT, inspection);
  expect(
    seen.map(({ destination, readOnly, uidInside, owner }) => [destination, readOnly, uidInside, owner?.uid]),
  ).toEqual([
    ['/data/', 'nothing', 1, 100_001],
    ['/read', 'mount', undefined, 0],
    ['/broken', 'file system', undefined, 0],
    ['/nfs', 'nothing', undefined, undefined],
  ]);
  expect(asked).toEqual(['/proc/1234/root /data 338', '/proc/1234/root /read 339', '/proc/1234/root /broken 340']);
});

test.each([
  ['json-file', `/d/${ID}-json.log`, 5],
  ['journald', `/d/${ID}-json.log`, undefined],
  ['json-file', '/etc/shadow', undefined],
  ['json-file', '', undefined],
])('the log of %s in %j', (logDriver, logPath, expected) => {
  const host = fakeHost({ files: { [`/d/${ID}-json.log`]: 'lines', '/etc/shadow': 'x' } });
  expect(logSize(host, container(), { logDriver, logPath })).toBe(expected);
});

const denied = (profile: string, pid: number, at: number) =>
  `audit: type=1400 audit(${at}.000:45): apparmor="DENIED" operation="open" profile="${profile}" name="/x" pid=${pid} comm="app"\n`;

test.each([
  // one that every container has: its own living processes tell
  ['docker-default (enforce)\n', ['docker-default', 1234, 20], 1],
  ['docker-default (enforce)\n', ['docker-default', 4321, 20], 0],
  ['mine (enforce)\n', ['mine', 4321, 20], 1],
  ['mine (enforce)\n', ['mine', 4321, 5], 0],
  ['unconfined\n', ['unconfined', 1234, 20], 0],
  [undefined, ['mine', 1234, 20], 0],
] as const)('denials of %j: %j', async (label, [profile, pid, at], expected) => {
  const files = {
    '/proc/1234/cgroup': `0::/docker/${ID}\n`,
    '/proc/1234/stat': '',
    ...(label !== undefined && { '/proc/1234/attr/current': label }),
  };
  const host = fakeHost({ files, outputs: { dmesg: denied(profile, pid, at) } });
  expect(await denialsOf(host, SUBJECT, 10_000)).toHaveLength(expected);
});
