import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { errorCode } from '../../../../src/errors.ts';
import { openInside } from '../../../../src/host/files/read-inside.ts';

const outer = mkdtempSync(join(tmpdir(), 'dbg-inside-'));
afterAll(() => rmSync(outer, { recursive: true }));
const root = join(outer, 'root');
const at = (path: string) => join(root, path);
for (const folder of ['etc/deep', 'usr/lib', 'data', 'other']) mkdirSync(at(folder), { recursive: true });
writeFileSync(join(outer, 'secret'), 'the host’s');
writeFileSync(at('etc/hostname'), 'inside');
writeFileSync(at('usr/lib/os-release'), 'NAME=inside');
writeFileSync(at('secret'), 'its own');
writeFileSync(Buffer.concat([Buffer.from(at('etc/')), Buffer.of(0xff)]), 'bytes');
const LINKS: Readonly<Record<string, string>> = {
  'etc/absolute': '/etc/hostname',
  'etc/os-release': '../usr/lib/os-release',
  'etc/above': '../../../../../../../secret',
  'etc/outer': `${outer}/secret`,
  'etc/two': 'one',
  'etc/one': './/./absolute',
  'etc/loop': 'pool',
  'etc/pool': 'loop',
  'etc/self': 'self',
  'etc/dangling': '/no/such',
  lib: 'usr/lib',
  abs: '/usr/lib',
  up: '..',
  rootlink: '/',
  'etc/deep/back': '../..',
  'data/slash': '/etc/hostname/',
  'data/folder': '/etc/',
};
for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, at(path));
symlinkSync(Buffer.of(0xff), at('etc/bytes'));
for (let turn = 1; turn <= 41; turn++)
  symlinkSync(turn === 1 ? 'etc/hostname' : `chain${turn - 1}`, at(`chain${turn}`));
execFileSync('mkfifo', [at('pipe')]);

async function content(path: string): Promise<string> {
  const before = readdirSync('/proc/self/fd').length;
  const file = openInside(root, path);
  if (file.kind !== 'file') return file.kind;
  let text = '';
  for (let piece = await file.next(); piece.length > 0; piece = await file.next()) text += piece.toString();
  file.close();
  expect(readdirSync('/proc/self/fd').length).toBe(before);
  return text;
}

test.each([
  ['/etc/hostname', 'inside'],
  ['etc/hostname', 'inside'],
  ['//etc/.//hostname', 'inside'],
  ['/etc/absolute', 'inside'],
  ['/etc/two', 'inside'],
  ['/etc/os-release', 'NAME=inside'],
  ['/lib/os-release', 'NAME=inside'],
  ['/abs/os-release', 'NAME=inside'],
  ['/abs/../../etc/hostname', 'inside'],
  ['/../../../secret', 'its own'],
  ['/etc/../../../secret', 'its own'],
  ['/etc/above', 'its own'],
  ['/up/secret', 'its own'],
  ['/up/up/up/secret', 'its own'],
  ['/rootlink/rootlink/secret', 'its own'],
  ['/etc/deep/back/secret', 'its own'],
  ['/etc/deep/../hostname', 'inside'],
  ['/chain40', 'inside'],
  ['/etc/bytes', 'bytes'],
  ['/', 'folder'],
  ['/..', 'folder'],
  ['/etc/', 'folder'],
  ['/data/folder', 'folder'],
  ['/pipe', 'FIFO'],
])('%s', async (path, expected) => expect(await content(path)).toBe(expected));

test.each([
  ['/etc/outer', 'ENOENT'],
  ['/etc/none', 'ENOENT'],
  ['/etc/dangling', 'ENOENT'],
  ['/etc/loop', 'ELOOP'],
  ['/etc/self', 'ELOOP'],
  ['/chain41', 'ELOOP'],
  ['/etc/hostname/', 'ENOTDIR'],
  ['/etc/hostname/.', 'ENOTDIR'],
  ['/etc/hostname/..', 'ENOTDIR'],
  ['/etc/hostname/x', 'ENOTDIR'],
  ['/data/slash', 'ENOTDIR'],
  [`/${'n'.repeat(256)}`, 'ENAMETOOLONG'],
  [`/${'etc/deep/back/'.repeat(50)}secret`, 'ELOOP'],
])('%s is %s', (path, code) => {
  const before = readdirSync('/proc/self/fd').length;
  let thrown: unknown;
  try {
    openInside(root, path);
  } catch (error) {
    thrown = error;
  }
  expect(errorCode(thrown)).toBe(code);
  expect(readdirSync('/proc/self/fd').length).toBe(before);
});

test('more directories in one another than anybody has', () => {
  const deep = Array.from({ length: 300 }, () => 'd').join('/');
  mkdirSync(at(`data/${deep}`), { recursive: true });
  expect(() => openInside(root, `/data/${deep}`)).toThrow('ENAMETOOLONG');
});

test('devices and sockets are named', () => {
  expect(openInside('/dev', 'null').kind).toBe('character device');
});

test('links of /proc lead inside, by their text', () => {
  const link = (path: string) => () => openInside('/proc', path);
  // "/" and the name of this file: both below /proc, where neither is.
  expect(openInside('/proc', `${process.pid}/root/`).kind).toBe('folder');
  expect(link(`${process.pid}/root/etc/hostname`)).toThrow('ENOENT');
  expect(link(`${process.pid}/exe`)).toThrow('ENOENT');
  expect(link(`${process.pid}/ns/net`)).toThrow('ENOENT');
});

test('a folder that changes places meanwhile never leads out', async () => {
  // Renamed above the root's reach between two looks, as its own processes could: what is held is what was passed.
  const script = `const fs = require('fs'); for (;;) {
    try { fs.renameSync(process.argv[1] + '/other', process.argv[1] + '/etc/other'); } catch {}
    try { fs.unlinkSync(process.argv[1] + '/flip'); fs.symlinkSync('/', process.argv[1] + '/flip'); } catch {}
    try { fs.renameSync(process.argv[1] + '/etc/other', process.argv[1] + '/other'); } catch {}
    try { fs.unlinkSync(process.argv[1] + '/flip'); fs.mkdirSync(process.argv[1] + '/flip'); fs.rmdirSync(process.argv[1] + '/flip'); fs.symlinkSync('../../..', process.argv[1] + '/flip'); } catch {} }`;
  const racer = spawn(process.execPath, ['-e', script, root]);
  try {
    const seen = new Set<string>();
    for (const end = Date.now() + 1000; Date.now() < end;) {
      for (const path of ['/flip/secret', '/other/../secret', '/etc/other/../../../secret']) {
        try {
          seen.add(await content(path));
        } catch (error) {
          seen.add(errorCode(error) ?? String(error));
        }
      }
    }
    expect([...seen].filter((each) => !['its own', 'ENOENT', 'ENOTDIR', 'ELOOP'].includes(each))).toEqual([]);
    expect(seen).toContain('its own');
  } finally {
    racer.kill('SIGKILL');
  }
});
