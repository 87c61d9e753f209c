import { expect, test } from 'vitest';
import { mostOpenFiles } from '../../../../src/process/usage/most-open-files.ts';
import { fakeHost, ID } from '../../fakes.ts';

const INNER = 'd0d0'.padEnd(64, '1');
const process = (pid: number, cgroup: string, files: number, limit = '1024') => ({
  [`/proc/${pid}/cgroup`]: `0::${cgroup}\n`,
  [`/proc/${pid}/stat`]: `${pid} (p${pid}) S 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 7`,
  [`/proc/${pid}/limits`]: `Max open files            ${limit}                 4096                 files     \n`,
  ...Object.fromEntries(Array.from({ length: files }, (_, fd) => [`/proc/${pid}/fd/${fd}`, ''])),
});
const files = {
  ...process(10, `/docker/${ID}`, 3),
  ...process(11, `/docker/${ID}`, 5, 'unlimited'),
  ...process(12, `/docker/${ID}/docker/${INNER}`, 4),
  ...process(13, '/user.slice', 9),
};

test('the process with the most, of each container; one in a container in a container counts for both', () =>
  expect(mostOpenFiles(fakeHost({ files }))).toEqual(
    new Map([
      [ID, { pid: 11, command: 'p11', used: 5, limit: null }],
      [INNER, { pid: 12, command: 'p12', used: 4, limit: 1024 }],
    ]),
  ));

test('who is not root may not look', () => expect(mostOpenFiles(fakeHost({ files, isRoot: false })).size).toBe(0));
