import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openInside } from '../../../../../src/host/files/read-inside.ts';
import { caBundle } from '../../../../../src/jobs/why/talk/ca-bundle.ts';
import { CERTIFICATE } from './talk-servers.ts';

let root = '';
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'dbg-test-'))));
afterEach(() => rmSync(root, { recursive: true }));

const put = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
/** The folders' names, as a host lists them. */
const lists = {
  entries: (path: string) => (existsSync(path) ? readdirSync(path) : []),
  countEntries: (path: string) => (existsSync(path) ? readdirSync(path).length : undefined),
  link: (path: string) =>
    lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined,
};
const bundle = (...variables: readonly string[]) => caBundle({ openInside, ...lists }, root, variables);
const DEBIAN = '/etc/ssl/certs/ca-certificates.crt';

test('none of the files is there', async () => {
  expect(await bundle('PATH=/bin')).toEqual({ roots: [], bundle: { files: [], count: 0 } });
});

test('a certificate counts once, whatever the number of files that have it', async () => {
  put(DEBIAN, `# a comment\n${CERTIFICATE}\n`);
  put('/etc/ssl/cert.pem', CERTIFICATE);
  expect(await bundle()).toEqual({
    roots: [CERTIFICATE],
    bundle: { files: [DEBIAN, '/etc/ssl/cert.pem'], count: 1 },
  });
});

test('a variable names a file, and an absolute link stays inside', async () => {
  put('/real/ca.pem', CERTIFICATE);
  symlinkSync('/real/ca.pem', join(root, 'ca.pem'));
  expect((await bundle('SSL_CERT_FILE=/ca.pem', 'OTHER=/real/ca.pem')).bundle).toEqual({
    files: ['/ca.pem'],
    count: 1,
  });
});

test('what is no certificate spoils none', async () => {
  put(DEBIAN, `${CERTIFICATE.replace(/M/g, 'A')}\n${CERTIFICATE}`);
  expect((await bundle()).bundle.count).toBe(1);
  mkdirSync(join(root, '/etc/ssl/cert.pem'));
  expect((await bundle()).bundle.count).toBe(1);
});

test('a folder of hashed names, without a bundle', async () => {
  put('/real/one.pem', CERTIFICATE);
  mkdirSync(join(root, '/etc/ssl/certs'), { recursive: true });
  symlinkSync('/real/one.pem', join(root, '/etc/ssl/certs/002c0b4f.0'));
  put('/etc/ssl/certs/README', CERTIFICATE);
  expect(await bundle()).toEqual({ roots: [CERTIFICATE], bundle: { files: ['/etc/ssl/certs'], count: 1 } });
});

test('a folder that only repeats the bundle is not told; names without a hash do not count', async () => {
  put(DEBIAN, CERTIFICATE);
  put('/etc/ssl/certs/002c0b4f.0', CERTIFICATE);
  expect((await bundle()).bundle.files).toEqual([DEBIAN]);
  rmSync(join(root, DEBIAN));
  rmSync(join(root, '/etc/ssl/certs/002c0b4f.0'));
  put('/etc/ssl/certs/one.pem', CERTIFICATE);
  expect((await bundle()).bundle.count).toBe(0);
});

test('SSL_CERT_DIR names folders, and a link to a folder stays inside', async () => {
  put('/real/002c0b4f.0', CERTIFICATE);
  symlinkSync('/real', join(root, 'certs'));
  expect((await bundle('SSL_CERT_DIR=/none:/certs')).bundle).toEqual({ files: ['/certs'], count: 1 });
});

test('of a folder with very many names nothing is read', async () => {
  put('/etc/ssl/certs/002c0b4f.0', CERTIFICATE);
  const many = { openInside, ...lists, countEntries: () => 1_000_000 };
  expect((await caBundle(many, root, [])).bundle.count).toBe(0);
});
