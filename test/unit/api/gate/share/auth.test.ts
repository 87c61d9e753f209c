import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { login, newPassword, readPassword } from '../../../../../src/api/gate/share/auth.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test('one right header lets in', () => {
  const ann = login('ann', 'a:b');
  expect(ann.lets([['authorization', ann.authorization]])).toBe(true);
  expect(ann.lets([['Authorization', basic('ann:a:b').replace('Basic', 'basic')]])).toBe(true);
  expect(ann.lets([])).toBe(false);
  expect(ann.lets([['Authorization', basic('ann:a:c')]])).toBe(false);
  expect(ann.lets([['Authorization', basic('bob:a:b')]])).toBe(false);
  expect(ann.lets([['Authorization', 'Bearer x']])).toBe(false);
  const right = ['Authorization', ann.authorization] as const;
  expect(ann.lets([right, ['Authorization', basic('x:y')]])).toBe(false);
  expect(() => login('a:b', 'x')).toThrow(/colon/);
});

test('a password has 128 bits, and is another each time', () => {
  expect(Buffer.from(newPassword(), 'base64url')).toHaveLength(16);
  expect(newPassword()).not.toBe(newPassword());
});

test('a password file that others may read is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dbg-auth-'));
  const file = join(folder, 'password');
  try {
    writeFileSync(file, 's3cret\nrest', { mode: 0o600 });
    expect(readPassword(file)).toBe('s3cret');
    chmodSync(file, 0o640);
    expect(() => readPassword(file)).toThrow(/users other than its owner/);
    writeFileSync(file, '\n');
    chmodSync(file, 0o600);
    expect(() => readPassword(file)).toThrow(/no password/);
    expect(() => readPassword(join(folder, 'none'))).toThrow(/ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
