import { expect, test } from 'vitest';
import { throttlingOf } from '../../../../src/process/limits/throttling.ts';
import { subjectOfPid } from '../../../../src/process/subject.ts';
import { fakeHost, ID } from '../../fakes.ts';

const CGROUP = `/sys/fs/cgroup/docker/${ID}`;
const stat = (periods: number, throttled: number) => `nr_periods ${periods}\nnr_throttled ${throttled}\n`;

/** A container with cgroup v2 whose quota this is, and whose counts change while dbg waits. */
async function throttling(max: string) {
  const files: Record<string, string> = {
    '/proc/1234/cgroup': `0::/docker/${ID}\n`,
    '/proc/self/mountinfo': '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
    [`${CGROUP}/cgroup.procs`]: '1234\n',
    [`${CGROUP}/cpu.max`]: max,
    [`${CGROUP}/cpu.stat`]: stat(10, 4),
  };
  const host = fakeHost({ files });
  let waited = 0;
  const wait = async (milliseconds: number) => {
    waited += milliseconds;
    files[`${CGROUP}/cpu.stat`] = stat(15, 7);
  };
  return { seen: await throttlingOf(host, subjectOfPid(host, 1234), { clock: () => 0, wait }), waited };
}

test('the counts while dbg looked', async () => {
  expect(await throttling('10000 100000')).toEqual({ seen: { periods: 5, throttled: 3 }, waited: 500 });
});

// The kernel shows the counts of a container without a quota too: they stay 0.
test('nothing is waited for without a quota', async () => {
  expect(await throttling('max 100000')).toEqual({ seen: undefined, waited: 0 });
});
