import { expect, test } from 'vitest';
import { clockOf } from '../../../src/process/clock-of.ts';
import { subjectOfPid } from '../../../src/process/subject.ts';
import { fakeHost, ID } from '../fakes.ts';

const LOCAL = '1 0 0:5 / / rw - overlay overlay rw\n';
const zone = (rule: string) => `TZif2\0\n${rule}\n`;

/** A host whose files are these, the container's below /proc/1234/root. */
function hostWith(environ: string, files: Readonly<Record<string, string>>, mounts = LOCAL) {
  const proc = {
    '/proc/1234/cgroup': `0::/docker/${ID}\n`,
    '/proc/1234/environ': environ,
    '/proc/1234/mountinfo': mounts,
  };
  const openInside = (root: string, path: string) => {
    const text = files[`${root === '/' ? '' : root}${path}`];
    if (text === undefined) throw new Error('ENOENT');
    const pieces = [Buffer.from(text), Buffer.alloc(0)];
    return { kind: 'file' as const, next: async () => pieces.shift()!, close: () => undefined };
  };
  return { ...fakeHost({ files: proc }), openInside };
}

const INSIDE = '/proc/1234/root';
const BERLIN = 'CET-1CEST,M3.5.0,M10.5.0/3';
const zoneinfo = { [`${INSIDE}/usr/share/zoneinfo/Europe/Berlin`]: zone(BERLIN) };

test.each([
  ['no TZ and no file', '', {}, { zone: undefined, rule: 'UTC0' }],
  ['no TZ, and a file', '', { [`${INSIDE}/etc/localtime`]: zone(BERLIN) }, { zone: undefined, rule: BERLIN }],
  ['a zone that is there', 'TZ=Europe/Berlin\0', zoneinfo, { zone: 'Europe/Berlin', rule: BERLIN }],
  ['with a colon', 'TZ=:Europe/Berlin\0', zoneinfo, { rule: BERLIN }],
  ['by its path', 'TZ=/usr/share/zoneinfo/Europe/Berlin\0', zoneinfo, { rule: BERLIN }],
  ['in a folder of its own', 'TZ=x\0TZDIR=/z\0', { [`${INSIDE}/z/x`]: zone('JST-9') }, { rule: 'JST-9' }],
  ['a zone that is not there', 'TZ=Europe/Berlin\0', {}, { zone: 'Europe/Berlin', rule: undefined }],
  ['UTC, which needs no file', 'TZ=Etc/UTC\0', {}, { rule: 'UTC0' }],
  ['an empty one', 'TZ=\0', zoneinfo, { zone: '', rule: 'UTC0' }],
  ['a rule', 'TZ=CET-1CEST\0', {}, { rule: 'CET-1CEST' }],
  ['a file that is no zone', '', { [`${INSIDE}/etc/localtime`]: 'x'.repeat(70_000) }, { rule: 'UTC0' }],
  [
    'another time',
    'LD_PRELOAD=/l/libfaketime.so.1\0FAKETIME=-15d\0',
    {},
    { faked: ['LD_PRELOAD=/l/libfaketime.so.1', 'FAKETIME=-15d'] },
  ],
  ['FAKETIME alone does nothing', 'FAKETIME=-15d\0', {}, { faked: [] }],
])('%s', async (_, environ, files, expected) => {
  const host = hostWith(environ, files);
  expect(await clockOf(host, subjectOfPid(host, 1234))).toMatchObject(expected);
});

test('the host’s zone', async () => {
  const [none, some] = [hostWith('', {}), hostWith('', { '/etc/localtime': zone(BERLIN) })];
  expect((await clockOf(none, subjectOfPid(none, 1234))).hostRule).toBe('UTC0');
  expect((await clockOf(some, subjectOfPid(some, 1234))).hostRule).toBe(BERLIN);
});

test('nothing is read where a look could hang', async () => {
  const host = hostWith('TZ=/net/x\0', {}, `${LOCAL}2 1 0:9 / /net rw - nfs4 server:/ rw\n`);
  await expect(clockOf(host, subjectOfPid(host, 1234))).rejects.toThrow('a nfs4 mount of it may never answer');
});
