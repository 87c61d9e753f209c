import { expect, test } from 'vitest';
import { follow, type Wire } from '../../../../src/capture/recorders/sort-frames.ts';
import type { Packet, PcapHeader } from '../../../../src/capture/formats/pcap.ts';
import type { CapturePoint } from '../../../../src/capture/capture-point.ts';

const tap: CapturePoint = { name: 'host/br0', device: 'br0', inThere: (argv) => [...argv] };
const HEADER: PcapHeader = {
  linkType: 1,
  snapLength: 65_535,
  nanoseconds: false,
  littleEndian: true,
  bytes: Buffer.alloc(24),
};
const WEB = '02:00:00:00:00:01';
const OTHER = '02:00:00:00:00:02';
const ALL = 'ff:ff:ff:ff:ff:ff';

const frame = (milliseconds: number, source: string, destination: string): Packet => ({
  seconds: Math.floor(milliseconds / 1000),
  nanoseconds: (milliseconds % 1000) * 1e6,
  originalLength: 60,
  data: Buffer.from(`${destination}:${source}:08:00`.replaceAll(':', ''), 'hex'),
});
const wire = (name: string, mac = WEB): Wire => ({ tap, mac, name, description: '', comment: '', addresses: [] });

function following() {
  const described: string[] = [];
  const put: (readonly [number, number])[] = [];
  const frames = follow(() => ({
    describe: ({ name }) => described.push(name) - 1,
    put: (packets) =>
      packets.forEach(({ on, seconds, nanoseconds }) => put.push([on, seconds * 1000 + nanoseconds / 1e6])),
  }));
  return { frames, described, put, sort: (packet: Packet) => frames.sort(tap, HEADER, packet) };
}

test('frames from before the start was told are found again, and no others', () => {
  const { frames, put, described, sort } = following();
  expect(sort(frame(900, OTHER, ALL))).toEqual([]); // before its first own frame, it was not there to hear it
  expect(sort(frame(1000, WEB, ALL))).toEqual([]);
  expect(sort(frame(1001, OTHER, WEB))).toEqual([]);
  expect(sort(frame(1002, OTHER, '02:00:00:00:00:03'))).toEqual([]);
  expect(sort(frame(1003, OTHER, ALL))).toEqual([]);
  frames.begin([wire('web/eth0')], 0);
  expect(put).toEqual([
    [0, 1000],
    [0, 1001],
    [0, 1003],
  ]);
  expect(sort(frame(1010, WEB, OTHER))).toEqual([0]);
  expect(sort(frame(1011, OTHER, '02:00:00:00:00:03'))).toEqual([]);
  expect(described).toEqual(['web/eth0']);
});

test('each run has its own interface, parted at the end of the one before', () => {
  const { frames, put, described, sort } = following();
  const end = frames.begin([wire('web/eth0')], 0);
  expect(sort(frame(1000, WEB, OTHER))).toEqual([0]);
  end(2000);
  expect(sort(frame(1999, WEB, OTHER))).toEqual([0]);
  expect(sort(frame(2500, WEB, OTHER))).toEqual([]);
  frames.begin([wire('web#2/eth0')], 2000);
  expect(put).toEqual([[1, 2500]]);
  expect(sort(frame(2600, OTHER, WEB))).toEqual([1]);
  expect(described).toEqual(['web/eth0', 'web#2/eth0']);
});

test('a frame for all belongs to each that is there', () => {
  const { frames, sort } = following();
  frames.begin([wire('web/eth0')], 0);
  frames.begin([wire('db/eth0', OTHER)], 0);
  expect(sort(frame(1, WEB, ALL))).toEqual([0]);
  expect(sort(frame(2, OTHER, ALL))).toEqual([0, 1]);
  expect(sort(frame(3, WEB, OTHER))).toEqual([0, 1]);
});

test('who has sent and is nobody known', () => {
  const { frames, sort } = following();
  sort(frame(500, '02:00:00:00:00:09', ALL));
  sort(frame(1000, WEB, ALL));
  expect([...frames.strangers(tap, 900)]).toEqual([WEB]);
});

test('a known one is no stranger, though what it sent to all is kept for others', () => {
  const { frames, sort } = following();
  sort(frame(1000, WEB, ALL));
  sort(frame(1001, OTHER, ALL));
  frames.begin([wire('db/eth0', OTHER)], 900)(2000);
  expect([...frames.strangers(tap, 900)]).toEqual([WEB]);
});

test('what nobody claims is forgotten after 30 seconds', () => {
  const { frames, put, sort } = following();
  sort(frame(1000, WEB, OTHER));
  sort(frame(32_000, '02:00:00:00:00:09', ALL));
  frames.begin([wire('web/eth0')], 0);
  expect(put).toEqual([]);
});
