import { chmodSync, mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DbgError } from '../../../../src/errors.ts';
import { notes } from '../../../../src/host/files/private-notes.ts';

const folder = () => join(mkdtempSync(join(tmpdir(), 'dbg-notes-')), 'dbg');
const isRoot = process.getuid!() === 0;

test.runIf(isRoot)('are root’s alone, whole, and go', () => {
  const at = folder();
  const kept = notes(at);
  expect(kept.all().size).toBe(0);
  kept.write('one', 'first');
  kept.write('one', 'second');
  kept.write('two', 'other');
  expect(kept.all()).toEqual(
    new Map([
      ['one', 'second'],
      ['two', 'other'],
    ]),
  );
  expect([statSync(at).mode & 0o777, statSync(join(at, 'one')).mode & 0o777]).toEqual([0o700, 0o600]);
  kept.remove('one');
  kept.remove('one');
  expect(readdirSync(at)).toEqual(['two']);
});

test.runIf(isRoot)('in a folder that others may write to they are neither made nor believed', () => {
  const at = folder();
  notes(at).write('one', 'first');
  chmodSync(at, 0o755);
  expect(notes(at).all().size).toBe(0);
  expect(() => notes(at).write('two', 'second')).toThrow(DbgError);
});

test.runIf(isRoot)('nor through a link', () => {
  const [real, at] = [folder(), folder()];
  notes(real).write('one', 'first');
  symlinkSync(real, at);
  expect(notes(at).all().size).toBe(0);
  expect(() => notes(at).write('two', 'second')).toThrow('root’s alone');
});

test('a folder that cannot be made is said', () => {
  const at = join(mkdtempSync(join(tmpdir(), 'dbg-notes-')), 'file');
  writeFileSync(at, '');
  expect(() => notes(join(at, 'dbg')).write('one', 'first')).toThrow('no note can be made in');
});
