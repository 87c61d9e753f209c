import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runSteps, type Step } from '../run-steps.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'dbg-steps-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const NODE = process.execPath;
/** Writes a file of its own, waits for the other step's, says a word and ends with a code. */
const meeting = (name: string, other: string, code: number): Step => [
  name,
  NODE,
  '-e',
  `const { existsSync, writeFileSync } = require('fs');
   writeFileSync(process.argv[1] + '/${name}', '');
   const look = () => {
     if (!existsSync(process.argv[1] + '/${other}')) return setTimeout(look, 5);
     console.log('${name} found this');
     console.error('${name} says that');
     process.exitCode = ${code};
   };
   look();`,
  folder,
];

test('all steps run side by side, each is shown whole under its name, and any failure fails', async () => {
  const printed: string[] = [];
  // Each waits for the other: one after the other would never end.
  const code = await runSteps([meeting('a', 'b', 3), meeting('b', 'a', 0)], (text) => void printed.push(text));
  expect(code).toBe(1);
  const text = printed.join('');
  expect(text).toMatch(/^FAILED a: [^]*? \(\d+\.\d s\)\na found this\na says that\n/m);
  expect(text).toMatch(/^ok {4} b: [^]*? \(\d+\.\d s\)\nb found this\nb says that\n/m);
});

test('no failure: 0; a program that is not there fails', async () => {
  const none = (): void => undefined;
  expect(await runSteps([['a', NODE, '--version']], none)).toBe(0);
  expect(await runSteps([['a', '/nonexistent']], none)).toBe(1);
});
