import { expect, test } from 'vitest';
import { countRecords, firstRecords, fitting, packetsIn, pcapReader } from '../../../../src/capture/formats/pcap.ts';
import { DbgError } from '../../../../src/errors.ts';
import { fileHeader, KINDS, LITTLE, numbers, packets, randomNumbers, record, type CaptureKind } from '../fixtures.ts';

const SOME = packets(60, 0, 1, 1514, 262144, 3);

function capture(kind: CaptureKind, content = SOME): Buffer {
  return Buffer.concat([fileHeader(kind), ...content.map((packet) => record(kind, packet))]);
}

/** What a reader gives for a capture that comes in pieces. */
function read(pieces: readonly Buffer[]) {
  const reader = pcapReader();
  const given = pieces.map((piece) => reader.push(piece));
  return { header: reader.header()!, given, records: Buffer.concat(given), pending: reader.pending() };
}

function cut(bytes: Buffer, length: () => number): Buffer[] {
  const pieces = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + length();
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

test.each(KINDS)('reads %j', (kind) => {
  const { header, records, pending } = read([capture(kind)]);
  expect(header).toEqual({ ...kind, linkType: 1, snapLength: 262144, bytes: fileHeader(kind) });
  const found = packetsIn(records, header);
  expect(found.map(({ data, ...rest }) => ({ ...rest, length: data.length }))).toEqual(
    SOME.map(({ data, ...rest }) => ({ ...rest, length: data.length })),
  );
  // Not by toEqual, which looks at bytes one by one.
  expect(found.every(({ data }, at) => data.equals(SOME[at]!.data))).toBe(true);
  expect(countRecords(records, header)).toBe(SOME.length);
  expect(pending).toBe(0);
});

test.each(KINDS)('byte by byte, %j', (kind) => {
  const bytes = capture(kind, packets(60, 0, 1, 1514));
  const { header, given, records } = read(cut(bytes, () => 1));
  expect(records.equals(bytes.subarray(24))).toBe(true);
  expect(given.filter(({ length }) => length > 0).map((each) => countRecords(each, header))).toEqual([1, 1, 1, 1]);
});

test.each([1, 2, 3, 4, 5])('cut anywhere, seed %i', (seed) => {
  const random = randomNumbers(seed);
  const kind = KINDS[random(KINDS.length)]!;
  const bytes = capture(kind, packets(...Array.from({ length: 300 }, () => random(random(2) === 0 ? 20 : 5000))));
  const pieces = cut(bytes, () => random([5, 50, 10_000][random(3)]!));
  const reader = pcapReader();
  let seen = 0;
  let whole = 0;
  for (const piece of pieces) {
    const given = reader.push(piece);
    seen += piece.length;
    whole += given.length;
    const header = reader.header();
    if (header !== undefined) expect(firstRecords(given, header, Infinity)).toBe(given.length);
    expect(reader.pending()).toBe(seen - whole - (header === undefined ? 0 : 24));
  }
  expect(read(pieces).records.equals(bytes.subarray(24))).toBe(true);
});

// Joined with each piece anew it would be 34 GB to copy.
test('a big record byte by byte', () => {
  const bytes = capture(LITTLE, packets(262144));
  expect(read(cut(bytes, () => 1)).records.equals(bytes.subarray(24))).toBe(true);
});

test('what is torn waits', () => {
  const reader = pcapReader();
  const bytes = capture(LITTLE, packets(10, 20));
  const steps = [23, 1, 15, 1, 9, 1 + 36, 0];
  const seen = [];
  let at = 0;
  for (const length of steps) {
    const given = reader.push(bytes.subarray(at, at + length)).length;
    at += length;
    seen.push([given, reader.pending()]);
  }
  expect(seen).toEqual([
    [0, 23],
    [0, 0],
    [0, 15],
    [0, 16],
    [0, 25],
    [26 + 36, 0],
    [0, 0],
  ]);
});

test('a piece that begins and ends with a record is not copied, nor are the data', () => {
  const reader = pcapReader();
  reader.push(fileHeader(LITTLE));
  const piece = Buffer.concat(packets(60, 60).map((packet) => record(LITTLE, packet)));
  const given = reader.push(piece);
  expect([given.buffer, given.byteOffset]).toEqual([piece.buffer, piece.byteOffset]);
  const [, second] = packetsIn(given, reader.header()!);
  expect([second!.data.buffer, second!.data.byteOffset]).toEqual([piece.buffer, piece.byteOffset + 76 + 16]);
});

test('the link type stands alone, without the length of the frame check sequence', () =>
  expect(read([fileHeader(LITTLE, 0x24000000 + 276, 96)]).header).toMatchObject({ linkType: 276, snapLength: 96 }));

test.each<[string, Buffer]>([
  ['a message', Buffer.from('tcpdump: eth0: No such device exists\n')],
  ['a pcapng file', numbers(LITTLE, 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28)],
  ['a modified pcap file', numbers(LITTLE, 0xa1b2cd34, 0x00040002, 0, 0, 262144, 1)],
  ['an old pcap file', numbers(LITTLE, 0xa1b2c3d4, 0x00030002, 0, 0, 262144, 1)],
  ['nothing but zeros', Buffer.alloc(24)],
])('%s is no capture', (_, bytes) => expect(() => pcapReader().push(bytes)).toThrow(DbgError));

test.each([1024 * 1024 + 1, 0x80000000, 0xffffffff])('a packet of %i bytes is damage', (length) => {
  const bytes = Buffer.concat([capture(LITTLE), numbers(LITTLE, 1, 2, length, length)]);
  expect(() => pcapReader().push(bytes)).toThrow('the capture is damaged');
  expect(() => read(cut(bytes, () => 1000))).toThrow(DbgError);
});

test('random bytes after a header throw, or wait for less than a record', () => {
  const random = randomNumbers(7);
  for (let round = 0; round < 200; round++) {
    const reader = pcapReader();
    reader.push(fileHeader(LITTLE));
    try {
      for (let piece = 0; piece < 5; piece++) reader.push(Buffer.from(Array.from({ length: 99 }, () => random(256))));
    } catch (error) {
      expect(error).toBeInstanceOf(DbgError);
    }
    expect(reader.pending()).toBeLessThanOrEqual(1024 * 1024 + 16);
  }
});

const { header, records } = read([capture(LITTLE, packets(10, 20, 30))]);

test.each([
  [0, 0],
  [25, 0],
  [26, 26],
  [61, 26],
  [62, 62],
  [107, 62],
  [108, 108],
  [Infinity, 108],
])('of at most %d bytes, whole records are %i', (limit, bytes) => expect(fitting(records, header, limit)).toBe(bytes));

test.each([
  [0, 0],
  [1, 26],
  [2, 62],
  [3, 108],
  [9, 108],
])('the first %i records are %i bytes', (count, bytes) => expect(firstRecords(records, header, count)).toBe(bytes));

test('no records', () => {
  const none = Buffer.alloc(0);
  expect([countRecords(none, header), fitting(none, header, 9), firstRecords(none, header, 9)]).toEqual([0, 0, 0]);
  expect(packetsIn(none, header)).toEqual([]);
});
