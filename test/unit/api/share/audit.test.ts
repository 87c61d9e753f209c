import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openAudit } from '../../../../src/api/share/audit.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'dbg-unit-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('a line for each entry, behind what was there; for its owner alone, as its folder, which is made', () => {
  const path = join(folder(), 'state', 'dbg', 'share.ndjson');
  for (const call of [1, 2]) {
    const audit = openAudit(path, true);
    audit.write({ call, path: '/\u009b' });
    audit.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('{"call":1,"path":"/\\u009b"}\n{"call":2,"path":"/\\u009b"}\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
});

test('a folder of somebody else is not made', () => {
  const path = join(folder(), 'none');
  expect(() => openAudit(join(path, 'log'), false)).toThrow('the audit log cannot be written: ENOENT');
  expect(existsSync(path)).toBe(false);
});

test('a place where no folder can be made is told', () => {
  expect(() => openAudit('/proc/dbg/state/log', true)).toThrow('the audit log cannot be written: ENOENT');
});
