import { expect, test } from 'vitest';
import { hold } from '../../../../src/host/run/held-program.ts';

const env = { PATH: process.env['PATH'] };
/** It prints what it is told, then waits for the end of its stdin. */
const printing = (script: string) => hold(['sh', '-c', `${script}; read -r _`], env);

test('a line is told once, however it comes, and with all its characters', async () => {
  const held = printing(
    `for piece in ok '\\nrema' 'de\\nf\\303' '\\274r\\n' last; do sleep 0.05; printf "$piece"; done`,
  );
  const lines: string[] = [];
  held.onEvent((line) => lines.push(line));
  expect(await held.said).toBe('ok');
  await expect.poll(() => lines).toEqual(['ok', 'remade', 'für']);
  held.release();
  expect(await held.ended).toBe('ok\nremade\nfür\nlast');
  expect(lines).toEqual(['ok', 'remade', 'für', 'last']);
});

test('a line that is told from now on only', async () => {
  const held = hold(['sh', '-c', 'echo first; read -r _; echo second'], env);
  expect(await held.said).toBe('first');
  const lines: string[] = [];
  held.onEvent((line) => lines.push(line));
  held.release('');
  await held.ended;
  expect(lines).toEqual(['second']);
});

test('a program that ends without a word, and one that is not there', async () => {
  const held = hold(['true'], env);
  expect(await held.said).toBe('');
  expect(await held.ended).toBe('');
  expect(await hold(['/nowhere/at/all'], env).said).toBe('');
});

test('of one that says much, the first line and the end are kept', async () => {
  const held = hold(['sh', '-c', 'echo ok; yes | head -c 3000000; echo; echo undone'], env);
  const lines: string[] = [];
  held.onEvent((line) => lines.push(line));
  expect(await held.said).toBe('ok');
  const all = await held.ended;
  expect(all.endsWith('\nundone\n')).toBe(true);
  expect(all.length).toBeLessThan(100_000);
  expect(lines.length).toBe(1_500_003);
});
