import { expect, test } from 'vitest';
import { finalCount, isListening, isPreface, parseInfo } from '../../../../src/capture/taps/counts.ts';

test.each([
  [
    'tcpdump: 3 packets captured, 5 packets received by filter, 2 packets dropped by kernel',
    { captured: 3, received: 5, dropped: 2 },
  ],
  [
    'tcpdump: 1 packet captured, 1 packet received by filter, 0 packets dropped by kernel, 4 packets dropped by interface',
    { captured: 1, received: 1, dropped: 0 },
  ],
  ['3 packets captured', undefined],
  ['tcpdump: listening on eth0', undefined],
])('what SIGUSR1 brings: %s', (line, counts) => expect(parseInfo(line)).toEqual(counts));

test.each([
  ['14 packets captured', { captured: 14 }],
  ['1 packet received by filter', { received: 1 }],
  ['0 packets dropped by kernel', { dropped: 0 }],
  ['2 packets dropped by interface', {}],
  ['x 2 packets captured', {}],
])('what the end brings: %s', (line, counts) => expect(finalCount(line)).toEqual(counts));

test('when it listens, with and without -w', () => {
  expect(isListening('tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes')).toBe(
    true,
  );
  expect(isListening('listening on any, link-type LINUX_SLL2')).toBe(true);
  expect(isListening('tcpdump: eth9: No such device exists')).toBe(false);
  expect(isPreface('tcpdump: data link type LINUX_SLL2')).toBe(true);
  expect(isPreface('tcpdump: verbose output suppressed, use -v[v]... for full protocol decode')).toBe(true);
});
