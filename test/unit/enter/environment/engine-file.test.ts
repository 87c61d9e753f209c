import { chownSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Container } from '../../../../src/engine/container.ts';
import { engineFile, engineHostname, type EtcFile } from '../../../../src/enter/environment/engine-file.ts';
import { lookBelow, readBelow } from '../../../../src/host/files/read-below.ts';
import { localHost } from '../../../../src/host/run/local.ts';
import { container, ID } from '../../fakes.ts';

const OTHER = 'beef'.padEnd(64, '0');
const folder = mkdtempSync(join(tmpdir(), 'dbg-engine-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const signals = {
  on: () => () => undefined,
  send: () => undefined,
  onChild: () => () => undefined,
  stop: () => undefined,
};
const host = localHost({ env: {}, own: { uid: 0, gid: 0 }, signals, become: (_, act) => act() });
const data = `${folder}/data/containers`;
const put = (path: string, text = 'web\n') => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
/** What is said of a path as a container's file. PID 0 has no folder in /proc. */
const said = (path: string, over: Partial<Container> = {}, name: EtcFile = 'hostname') =>
  engineFile(
    host,
    container({ files: { 'resolv.conf': '', hosts: '', hostname: '', [name]: path }, state: { pid: 0 }, ...over }),
    name,
  );

test.each([
  ["Docker's", `${data}/${ID}/hostname`],
  ["Podman's", `${folder}/overlay-containers/${ID}/userdata/hostname`],
])('%s', (_, path) => expect(said(put(path))).toEqual({ path }));

test('by a link on the way, it is the path behind the link that is mounted', () => {
  put(`${data}/${ID}/hostname`);
  symlinkSync(join(folder, 'data'), join(folder, 'moved'));
  expect(said(`${folder}/moved/containers/${ID}/hostname`)).toEqual({ path: `${data}/${ID}/hostname` });
});

test("another's, whose network it shares, as the engine says it", () => {
  const path = put(`${data}/${OTHER}/hostname`);
  expect(said(path, { networkMode: `container:${OTHER}` })).toEqual({ path });
  expect(said(path, { networkMode: 'container:hostname' })).toHaveProperty('wrong');
  expect(said(path)).toHaveProperty('wrong');
});

const LIES: readonly (readonly [string, () => string])[] = [
  ['a file of the host', () => '/etc/shadow'],
  ['another name in its folder', () => put(`${data}/${ID}/config.v2.json`)],
  ['a file deeper in its folder', () => put(`${data}/${ID}/mounts/hostname`)],
  ['a folder that only begins so', () => put(`${data}/${ID}x/hostname`)],
  ['a folder above', () => put(`${folder}/${ID}/sub/hostname`)],
  ['another container', () => put(`${data}/${OTHER}/hostname`)],
  ['a link to another file', () => linked(`${data}/a/${ID}/hostname`, '/etc/hostname')],
  [
    'a folder that is a link elsewhere',
    () => (
      mkdirSync(`${data}/b`, { recursive: true }),
      symlinkSync('/etc', `${data}/b/${ID}`),
      `${data}/b/${ID}/hostname`
    ),
  ],
  [
    'a second name of another file',
    () => (
      mkdirSync(`${data}/c/${ID}`, { recursive: true }),
      linkSync(put(`${data}/secret`), `${data}/c/${ID}/hostname`),
      `${data}/c/${ID}/hostname`
    ),
  ],
  [
    'a FIFO',
    () => (
      mkdirSync(`${data}/d/${ID}`, { recursive: true }),
      execFileSync('sh', ['-c', 'mkfifo "$0"', `${data}/d/${ID}/hostname`]),
      `${data}/d/${ID}/hostname`
    ),
  ],
  ['a folder', () => (mkdirSync(`${data}/e/${ID}/hostname`, { recursive: true }), `${data}/e/${ID}/hostname`)],
  ['a device', () => '/dev/zero'],
  ['a link to a device', () => linked(`${data}/f/${ID}/hostname`, '/dev/zero')],
  ['a link to itself', () => linked(`${data}/g/${ID}/hostname`, 'hostname')],
  [
    'one that is long',
    () => (truncateSync(put(`${data}/h/${ID}/hostname`), 1_900_000_000), `${data}/h/${ID}/hostname`),
  ],
  ['no absolute path', () => `data/containers/${ID}/hostname`],
  ['a way up', () => `${data}/${ID}/../../../../../../../../etc/hostname`],
  ['nothing there', () => `${data}/none/${ID}/hostname`],
  ['nothing', () => ''],
  ['a NUL', () => `${data}/${ID}/hostname\0`],
  ['a folder of the kernel', () => `/proc/self/root/etc/hostname`],
];

function linked(path: string, to: string): string {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(to, path);
  return path;
}

test.each(LIES)('%s is not its hostname', (_, path) => expect(said(path())).toHaveProperty('wrong'));

test.runIf(process.getuid?.() === 0)("a folder of somebody else's, who can put another file there", () => {
  const path = put(`${data}/i/${ID}/hostname`);
  chownSync(`${data}/i`, 1234, 1234);
  expect(said(path)).toHaveProperty('wrong');
  // The file itself is the container's to give away: that says nothing.
  const own = put(`${data}/j/${ID}/hostname`);
  chownSync(own, 1234, 1234);
  expect(said(own)).toEqual({ path: own });
});

test('a file that the container sees is its, whatever the folder is called', () => {
  // This process stands for the container's: it sees all that the host does.
  const path = '/etc/hostname';
  expect(said(path, { state: { ...container().state, pid: process.pid } })).toEqual({ path });
  expect(said(path, {})).toHaveProperty('wrong');
});

test.each([
  ['web-1.example.org\n', 'web-1.example.org'],
  ['web', 'web'],
  ['one\ntwo\n', 'one'],
  ['', undefined],
  ['\n', undefined],
  ['a b\n', undefined],
  ['\u001b[31mred\n', undefined],
  ['x'.repeat(300), undefined],
  ['$(id)\n', undefined],
])('a hostname of %j', (text, expected) => {
  put(`${data}/${ID}/hostname`, text);
  const files = { 'resolv.conf': '', hosts: '', hostname: `${data}/${ID}/hostname` };
  expect(engineHostname(host, container({ files, state: { pid: 0 } }))).toBe(expected);
});

test('looking follows no link, and opens nothing', () => {
  const path = put(`${data}/k/${ID}/hostname`);
  expect(lookBelow('/', path)).toMatchObject({ size: 4, links: 1 });
  expect(lookBelow(data, `k/${ID}/hostname`)?.id).toBe(lookBelow('/', path)?.id);
  expect(lookBelow('/', linked(`${data}/l/hostname`, path))).toBeUndefined();
  expect(lookBelow('/', `${data}/k/${ID}`)).toBeUndefined();
  expect(readBelow('/', path, 2)).toBe('we');
});
