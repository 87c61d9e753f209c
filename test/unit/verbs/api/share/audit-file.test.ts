import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openAudit } from '../../../../../src/verbs/api/share/audit-file.ts';
import { createFile } from '../../../../../src/host/files/output-file.ts';
import { fakeContext, fakeHost } from '../../../fakes.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'dbg-unit-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const own = { uid: process.getuid!(), gid: process.getgid!() };
const context = (env: Record<string, string> = {}) => {
  const host = fakeHost();
  const become = () => {
    throw new Error('nobody asked');
  };
  const create: typeof host.create = (path, person, options) => createFile(path, person, { become, own }, options);
  return fakeContext({ env, host: { ...host, create } });
};

test('a line for each entry, behind what was there; for its owner alone, as its folder, which is made', async () => {
  const audit = await openAudit(context({ XDG_STATE_HOME: join(folder(), 'state') }), undefined);
  audit.write({ call: 1, path: '/\u009b' });
  audit.close();
  const again = await openAudit(context(), audit.path);
  again.write({ call: 2 });
  again.close();
  expect(readFileSync(audit.path, 'utf8')).toBe('{"call":1,"path":"/\\u009b"}\n{"call":2}\n');
  expect(statSync(audit.path).mode & 0o777).toBe(0o600);
  expect(statSync(join(audit.path, '..')).mode & 0o777).toBe(0o700);
});

test('a file that others may read is refused, and keeps what it has', async () => {
  const path = join(folder(), 'log');
  writeFileSync(path, 'before\n');
  for (const mode of [0o644, 0o620, 0o666]) {
    chmodSync(path, mode);
    await expect(openAudit(context(), path)).rejects.toThrow(
      `the audit log cannot be written: ${path} exists, and other users may read or write it (mode 0${mode.toString(8)})`,
    );
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['before\n', mode]);
  }
});

test('a folder of somebody else is not made', async () => {
  const path = join(folder(), 'none');
  await expect(openAudit(context(), join(path, 'log'))).rejects.toThrow('no such file or directory');
  expect(existsSync(path)).toBe(false);
});

test('a place where no folder can be made is told', async () => {
  await expect(openAudit(context({ XDG_STATE_HOME: '/proc/dbg/state' }), undefined)).rejects.toThrow(
    'the audit log cannot be written: ENOENT',
  );
});
