import { expect, test } from 'vitest';
import type { RefusedCall } from '../../../../src/why/container/facts.ts';
import { REFUSAL_CHECKS } from '../../../../src/why/container/refusal-checks.ts';
import { found } from './given.ts';

const refused = (over: Partial<RefusedCall>): RefusedCall => ({
  pid: 7,
  call: 'mount("none")',
  error: 'EPERM',
  capability: 21,
  times: 2,
  isHeld: false,
  forMs: 3000,
  ...over,
});
const WAS = 'rights.refused suspect: "web" was refused mount("none") with EPERM, 2 times in 3 seconds:';

test.each([
  [{}, `${WAS} that needs CAP_SYS_ADMIN, which it does not have`],
  [
    { isHeld: true },
    `${WAS} it has CAP_SYS_ADMIN, so a seccomp filter, AppArmor or SELinux refuses it, or it is another namespace's`,
  ],
  [{ capability: undefined }, `${WAS} no capability is known that allows it; a seccomp filter refuses such calls`],
  [
    { capability: 1 },
    `${WAS} the permissions there do not allow it to its user, and it does not have CAP_DAC_OVERRIDE`,
  ],
])('%j', (over, expected) => expect(found(REFUSAL_CHECKS, { refused: [refused(over)] })).toEqual([expected]));

test('no trace, and at most five', () => {
  expect(found(REFUSAL_CHECKS, { refused: undefined })).toEqual([]);
  expect(found(REFUSAL_CHECKS, { refused: Array.from({ length: 9 }, () => refused({})) })).toHaveLength(5);
});
