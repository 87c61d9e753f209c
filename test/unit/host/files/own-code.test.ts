import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changeableCode } from '../../../../src/host/files/own-code.ts';

let folder: string;
const at = (path: string) => join(folder, path);
beforeEach(({ skip }) => {
  folder = mkdtempSync(join(tmpdir(), 'dbg-own-code-'));
  mkdirSync(at('dist'));
  mkdirSync(at('bin'));
  writeFileSync(at('dist/main.js'), '');
  writeFileSync(at('bin/dbg.js'), '');
  skip(process.getuid!() !== 0, "only root can make what is root's alone");
});
afterEach(() => rmSync(folder, { recursive: true }));

const look = () => changeableCode([at('dist'), at('bin')]);

test('nobody may change what is root’s; a folder that is not there holds no code', () => {
  expect(look()).toBeUndefined();
  rmSync(at('bin'), { recursive: true });
  expect(look()).toBeUndefined();
});

test('somebody may change it', () => {
  chownSync(at('bin/dbg.js'), 1000, 1000);
  expect(look()).toEqual({ path: at('bin/dbg.js'), who: 'user 1000' });
});

test('what cannot be looked at is told as that, and hides nothing', () => {
  symlinkSync('nowhere', at('dist/a-link'));
  expect(look()).toEqual({ path: at('dist/a-link'), unknown: expect.stringContaining('ENOENT') });
  chmodSync(at('bin'), 0o777);
  expect(look()).toEqual({ path: at('bin'), who: 'everybody' });
});

test('links in a ring end', () => {
  symlinkSync('.', at('dist/ring'));
  expect(look()).toEqual({ path: expect.stringContaining('ring'), unknown: expect.stringContaining('ELOOP') });
});
