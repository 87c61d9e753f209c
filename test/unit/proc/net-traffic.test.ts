import { expect, test } from 'vitest';
import { parseTraffic } from '../../../src/proc/net-traffic.ts';

// Linux 6.18, in a container, with drops and errors written in.
const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:      84       1    0    0    0     0          0         0       84       1    0    0    0     0       0          0
  eth0:    1116      14    2    3    0     0          0         0      126       3    5    7    0     0       0          0
`;

test('net/dev: bytes each way, drops and errors of both together', () =>
  expect(parseTraffic(DEV)).toEqual(
    new Map([
      ['lo', { receivedBytes: 84, sentBytes: 84, drops: 0, errors: 0 }],
      ['eth0', { receivedBytes: 1116, sentBytes: 126, drops: 10, errors: 7 }],
    ]),
  ));

test('a number may stand right after the colon; other lines and nothing at all are no devices', () => {
  const line = 'eth0:12345678901 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n';
  expect(parseTraffic(line).get('eth0')).toMatchObject({ receivedBytes: 12_345_678_901, sentBytes: 7 });
  expect(parseTraffic('eth0: 1 2 3\n').size).toBe(0);
  expect(parseTraffic('').size).toBe(0);
});
