import { expect, test } from 'vitest';
import { DbgError } from '../../../src/errors.ts';
import { linksInside } from '../../../src/network/look-inside.ts';
import { container, fakeHost } from '../fakes.ts';

const stat = (startTime: number) => `7 (sleep) S ${'0 '.repeat(18)}${startTime} 0\n`;
const target = { container: container({ name: 'web' }), pid: 7, startTime: '500' };

test.each([
  ['it has ended', {}, '"web" ended or was restarted just now; nothing was run'],
  ['another process has its number', { '/proc/7/stat': stat(900) }, '"web" ended or was restarted just now'],
  ['it runs', { '/proc/7/stat': stat(500) }, 'nsenter failed'],
])('a look that fails when %s', async (_, proc, message) => {
  const host = {
    ...fakeHost({ files: proc }),
    output: () => Promise.reject(new DbgError('nsenter failed: no such file')),
  };
  await expect(linksInside(host, target)).rejects.toThrow(message);
});
