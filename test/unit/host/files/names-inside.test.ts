import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { namesInside } from '../../../../src/host/files/space-inside.ts';
import { parseMountInfo } from '../../../../src/proc/mount-info.ts';

const root = mkdtempSync(join(tmpdir(), 'dbg-names-'));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'data'));
for (const name of ['a', 'b', 'c']) writeFileSync(join(root, 'data', name), '');
symlinkSync('/data', join(root, 'link'));
symlinkSync('/etc', join(root, 'out'));
const mounts = parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'));
const around = mounts.filter(({ mountPoint }) => mountPoint === '/' || root.startsWith(`${mountPoint}/`));
const mountId = around.toSorted((a, b) => a.mountPoint.length - b.mountPoint.length).at(-1)!.id;

test.each([
  ['a folder', '/data', 9, ['a', 'b', 'c']],
  ['behind a link, which stays inside', '/link', 9, ['a', 'b', 'c']],
  ['behind a link that would lead outside', '/out', 9, undefined],
  ['a file', '/data/a', 9, undefined],
  ['nothing', '/no', 9, undefined],
])('%s', async (_, path, most, expected) => {
  expect((await namesInside(root, path, mountId, most))?.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(expected);
});

test('no more than were asked for, and nothing on another mount', async () => {
  expect(await namesInside(root, '/data', mountId, 2)).toHaveLength(2);
  expect(await namesInside(root, '/data', mountId + 100_000, 9)).toBeUndefined();
});
