import { expect, test } from 'vitest';
import { output } from '../../../../src/host/run/output.ts';

const sh = (script: string) => output(['sh', '-c', script], { PATH: process.env['PATH'] });

test('what a program prints, and why it failed', async () => {
  expect(await sh('echo a; echo b >&2')).toBe('a');
  await expect(sh('echo a; echo why >&2; exit 1')).rejects.toThrow('sh failed: why');
});

test('a list of ip that is not whole is a failure, though its exit code is 0', async () => {
  const list = sh(`echo '[]'; echo 'Dump was interrupted and may be inconsistent.' >&2`);
  await expect(list).rejects.toThrow('Dump was interrupted');
});
