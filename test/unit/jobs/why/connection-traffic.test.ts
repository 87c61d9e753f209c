import { expect, test } from 'vitest';
import { attemptOf } from '../../../../src/jobs/why/connection-traffic.ts';

const reply = (over: { readonly errno?: number; readonly isConnected?: boolean } = {}) => ({
  isConnected: false,
  errno: 0,
  sent: 2,
  answer: Buffer.alloc(0),
  ...over,
});
const SILENT = reply();
const [REFUSED, UNREACHABLE, TIMED_OUT] = [111, 113, 110].map((errno) => reply({ errno }));

test.each([
  ['one that connects, of three', [UNREACHABLE!, reply({ isConnected: true }), SILENT], 'connected', ''],
  ['silence', [SILENT, SILENT, SILENT], 'silent', ''],
  ['silence, in the words of the kernel', [TIMED_OUT!, TIMED_OUT!, SILENT], 'silent', ''],
  ['the same error', [REFUSED!, REFUSED!, REFUSED!], 'refused', 'ECONNREFUSED (111)'],
  [
    'one answer and silence, as of errors that are sent seldom',
    [SILENT, SILENT, UNREACHABLE!],
    'unreachable',
    'EHOSTUNREACH (113), at 1 of 3 tries',
  ],
  [
    'an answer behind the kernel’s timeout',
    [TIMED_OUT!, REFUSED!, SILENT],
    'refused',
    'ECONNREFUSED (111), at 1 of 3 tries',
  ],
  ['two errors', [UNREACHABLE!, REFUSED!, REFUSED!], 'refused', 'ECONNREFUSED (111), at 2 of 3 tries'],
  ['no reply at all', [], 'silent', ''],
])('%s', (_, replies, outcome, error) => {
  expect(attemptOf(replies, 'tcp')).toEqual({ outcome, error, sent: 2 * replies.length });
});
