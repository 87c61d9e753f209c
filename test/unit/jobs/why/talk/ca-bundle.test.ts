import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
const bundle = (...variables: readonly string[]) => caBundle({ openInside }, root, variables);
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
