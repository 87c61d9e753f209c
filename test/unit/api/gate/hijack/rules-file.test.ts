import { mkdtempSync, readFileSync, renameSync, rmSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { rulesFile } from '../../../../../src/api/gate/hijack/rules-file.ts';

const GOOD = '- { match: {}, fail: {} }\n';
const OTHER = `${GOOD}${GOOD}`;
const WRONG = '- { mtach: {}, fail: {} }\n';
const HALF = '- { match: {\n';

let folder: string;
let told: string[];
let close: () => void;
/** what the file held when it was looked at last, because it had changed */
let seen: string | undefined;
const path = () => join(folder, 'rules.yaml');

function write(text: string): void {
  writeFileSync(`${path()}.new`, text);
  renameSync(`${path()}.new`, path());
}
/** Writes the file, and waits until it has been looked at. */
async function becomes(text: string): Promise<void> {
  write(text);
  await expect.poll(() => seen).toBe(text);
}
/** The second look at a file that was wrong. */
const secondLook = () => vi.advanceTimersByTime(250);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dbg-rules-'));
  write(GOOD);
  [told, seen] = [[], undefined];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const rules = rulesFile(
    path(),
    () => undefined,
    (how) => told.push(typeof how === 'number' ? `${how} rules` : how.message),
  );
  close = rules.close;
  // Called behind the file's own look, with the same change of the file.
  watchFile(path(), { interval: 250 }, () => (seen = readFileSync(path(), 'utf8')));
  // Node looks at the file once before it can notice a change, and does not say when.
  let changes = 0;
  await expect
    .poll(() => {
      write(`${OTHER}# ${changes++}\n`);
      return seen;
    })
    .toBeDefined();
  await becomes(GOOD);
  told = [];
});
afterEach(() => {
  close();
  unwatchFile(path());
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

test('a change is told; a mistake at the second look, once', async () => {
  await becomes(OTHER);
  expect(told).toEqual(['2 rules']);
  await becomes(WRONG);
  expect(told).toHaveLength(1);
  secondLook();
  secondLook();
  await becomes(`${WRONG}\n`);
  secondLook();
  expect(told).toEqual(['2 rules', expect.stringContaining('mtach')]);
});

test('the same mistake, made again after the file was right, is told again', async () => {
  await becomes(WRONG);
  secondLook();
  await becomes(GOOD);
  await becomes(WRONG);
  secondLook();
  expect(told).toEqual([expect.stringContaining('mtach'), expect.stringContaining('mtach')]);
});

test('after a look at half a file, the next mistake waits for its second look too', async () => {
  await becomes(HALF);
  await becomes(GOOD);
  secondLook();
  await becomes(HALF);
  expect(told).toEqual([]);
  await becomes(WRONG);
  expect(told).toEqual([]);
  secondLook();
  expect(told).toEqual([expect.stringContaining('mtach')]);
});

test('nothing is told of a file that is watched no more', async () => {
  await becomes(WRONG);
  close();
  secondLook();
  expect(told).toEqual([]);
});
