import { expect, test } from 'vitest';
import { parseDeviceCounts } from '../../../src/proc/device-counts.ts';

// Linux 6.18.
const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0: 1366    17    1    2    0     0          0         0      126    3    4    5    0     0       0          0
`;

test('the counts of every device, in both directions', () => {
  const none = { packets: 0, errors: 0, dropped: 0 };
  expect([...parseDeviceCounts(DEV)]).toEqual([
    ['lo', { received: none, sent: none }],
    ['eth0', { received: { packets: 17, errors: 1, dropped: 2 }, sent: { packets: 3, errors: 4, dropped: 5 } }],
  ]);
  expect(parseDeviceCounts('').size).toBe(0);
});
