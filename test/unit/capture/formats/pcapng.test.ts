import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  nameResolution,
  sectionHeader,
} from '../../../../src/capture/formats/pcapng.ts';
import { DbgError } from '../../../../src/errors.ts';

const ETHERNET = { name: 'eth0', linkType: 1, snapLength: 262144, nanoseconds: false };
const hex = (text: string) => text.replaceAll(/\s/g, '');

test.each([
  [
    'a section header',
    sectionHeader({ application: 'dbg 1', os: 'Linux', hardware: 'x86', comment: 'é' }),
    `0a0d0d0a 48000000 4d3c2b1a 01000000 ffffffffffffffff
     01000200 c3a90000 02000300 78383600 03000500 4c696e7578000000 04000500 6462672031000000 00000000 48000000`,
  ],
  [
    'an interface',
    interfaceDescription({
      ...ETHERNET,
      description: 'web',
      comment: 'c',
      filter: 'tcp',
      mac: '02:42:AC:14:00:03',
      addresses: ['172.20.0.3/16', 'fd00::3/64'],
    }),
    `01000000 70000000 0100 0000 00000400 01000100 63000000 02000400 65746830 03000300 77656200
     04000800 ac140003 ffff0000 05001100 fd000000000000000000000000000003 40000000
     06000600 0242ac1400030000 09000100 06000000 0b000400 00746370 00000000 70000000`,
  ],
  [
    'an interface that has but a name',
    interfaceDescription({ ...ETHERNET, name: 'wg0', mac: '', nanoseconds: true }),
    '01000000 28000000 0100 0000 00000400 02000300 77673000 09000100 09000000 00000000 28000000',
  ],
  [
    'names',
    nameResolution(
      new Map([
        ['172.20.0.3', ['web', 'web.net']],
        ['fd00::3', ['w\0eb']],
        ['172.20.0.4', []],
        ['172.20.0.5', ['']],
      ]),
    ),
    `04000000 40000000 01001000 ac140003 77656200 7765622e6e657400
     02001400 fd000000000000000000000000000003 77656200 00000000 00000000 40000000`,
  ],
  [
    'statistics',
    interfaceStatistics(2, {
      nanoseconds: false,
      start: 1000,
      end: 2000.5,
      received: 2 ** 32,
      accepted: 3,
      dropped: 1,
    }),
    `05000000 58000000 02000000 00000000 74861e00 02000800 00000000 40420f00 03000800 00000000 74861e00
     04000800 0000000001000000 06000800 0300000000000000 05000800 0100000000000000 00000000 58000000`,
  ],
  [
    'statistics that nobody counted',
    interfaceStatistics(0, { nanoseconds: true, start: 0, end: 1 }),
    `05000000 34000000 00000000 00000000 40420f00 02000800 0000000000000000 03000800 00000000 40420f00
     00000000 34000000`,
  ],
])('the bytes of %s', (_, bytes, golden) => {
  expect(bytes.toString('hex')).toBe(hex(golden));
  expect(bytes.length).toBe(bytes.readUInt32LE(4));
});

test.each([
  ['', ''],
  ['aa', 'aa000000'],
  ['aabbcc', 'aabbcc00'],
  ['aabbccdd', 'aabbccdd'],
  ['aabbccddee', 'aabbccddee000000'],
])('a packet of the bytes "%s"', (data, padded) => {
  const packet = { seconds: 1, nanoseconds: 2999, originalLength: 1514, data: Buffer.from(data, 'hex') };
  const length = (byte: number) => Buffer.of(byte, 0, 0, 0).toString('hex');
  const total = length(32 + padded.length / 2);
  // A used pool: what the padding covers would show.
  for (let round = 0; round < 50; round++) Buffer.allocUnsafe(999).fill(0xff);
  expect(enhancedPacket(3, packet, false).toString('hex')).toBe(
    hex(`06000000 ${total} 03000000 00000000 42420f00 ${length(data.length / 2)} ea050000 ${padded} ${total}`),
  );
});

test.each([
  [0, 0],
  [1_700_000_000, 999_999_999],
  [1_700_000_000, 1],
  [4_294_967_295, 999_999_999],
  [65_535, 999_999_999],
  [65_536, 0],
])('the timestamp of %i s and %i ns loses nothing', (seconds, nanoseconds) => {
  const packet = { seconds, nanoseconds, originalLength: 0, data: Buffer.alloc(0) };
  const read = (block: Buffer) => (BigInt(block.readUInt32LE(12)) << 32n) + BigInt(block.readUInt32LE(16));
  expect(read(enhancedPacket(0, packet, true))).toBe(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
  expect(read(enhancedPacket(0, packet, false))).toBe(BigInt(seconds) * 1_000_000n + BigInt(nanoseconds) / 1000n);
});

const addressIn = (address: string) => nameResolution(new Map([[address, ['n']]])).subarray(12);

test.each([
  ['0.0.0.0', '00000000'],
  ['255.1.2.3', 'ff010203'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['1::', '00010000000000000000000000000000'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1:0:0:4:5:6:7:8', '00010000000000040005000600070008'],
  ['1:2:3:0:5:6:7:8', '00010002000300000005000600070008'],
  ['FD00:0DB8::00a:B', 'fd000db80000000000000000000a000b'],
  ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
  ['64:ff9b::1.2.3.4', '0064ff9b000000000000000001020304'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
])('the address %s', (address, bytes) => expect(addressIn(address).toString('hex', 0, bytes.length / 2)).toBe(bytes));

test.each(['', 'web', '1.2.3', '1.2.3.4.5', '256.0.0.1', ':::', '1::2::3', 'g::', '[::1]', 'fd00::3/64', '%eth0'])(
  'no address: "%s"',
  (address) => {
    expect(() => addressIn(address)).toThrow(DbgError);
    if (!address.includes('/'))
      expect(() => interfaceDescription({ ...ETHERNET, addresses: [`${address}/8`] })).toThrow(DbgError);
  },
);

test.each([
  ['10.0.0.1/0', '00000000'],
  ['10.0.0.1/1', '80000000'],
  ['10.0.0.1/31', 'fffffffe'],
  ['10.0.0.1/32', 'ffffffff'],
  ['10.0.0.1', 'ffffffff'],
])('the netmask of %s', (address, mask) => {
  const block = interfaceDescription({ ...ETHERNET, addresses: [address] });
  expect(block.toString('hex', 24, 36)).toBe(`040008000a000001${mask}`);
});

test.each(['10.0.0.1/33', 'fd00::1/129', '10.0.0.1/-1', '10.0.0.1/x', 'undefined/undefined'])(
  'no prefix length: %s',
  (address) => expect(() => interfaceDescription({ ...ETHERNET, addresses: [address] })).toThrow(DbgError),
);

test.each([
  ['a'.repeat(65535), 65535],
  ['a'.repeat(65536), 65535],
  ['é'.repeat(40000), 65534],
  ['€'.repeat(40000), 65535],
  [`a${'€'.repeat(40000)}`, 65533],
  ['😀'.repeat(20000), 65532],
])('a long text is cut between two characters', (comment, length) => {
  const block = sectionHeader({ application: 'dbg', comment });
  expect(block.readUInt16LE(26)).toBe(length);
  expect(comment.startsWith(block.toString('utf8', 28, 28 + length))).toBe(true);
});

test('more names than a record can hold', () => {
  const block = nameResolution(new Map([['10.0.0.1', Array.from({ length: 10 }, () => 'n'.repeat(9999))]]));
  expect(block.readUInt16LE(10)).toBe(4 + 6 * 10_000);
  expect(block.length).toBe(8 + 4 + 4 + 60_000 + 4 + 4 + 4);
});

const missing = await execa('tcpdump', ['--version']).then(
  () => undefined,
  (error: unknown) => String(error),
);

test('tcpdump reads what was written', async ({ skip }) => {
  skip(missing !== undefined, `no tcpdump here: ${missing}`);
  const folder = mkdtempSync(join(tmpdir(), 'dbg-pcapng-'));
  try {
    const file = join(folder, 'file.pcapng');
    writeFileSync(file, written());
    const { stdout, stderr } = await execa('tcpdump', ['-nn', '-tt', '--nano', '-r', file]);
    expect(stderr).toContain('link-type EN10MB');
    expect(stdout.split('\n').map((line) => line.replace(': UDP, length 3', ''))).toEqual([
      '1700000000.000001000 IP 10.0.0.1.1000 > 10.0.0.2.7777',
      '1700000000.123456789 IP 10.0.0.3.1000 > 10.0.0.4.7777',
      '1700000001.000000000 IP 10.0.0.1.1000 > 10.0.0.2.7777',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Two interfaces, the second one while the first one goes on, names, statistics. */
function written(): Buffer {
  const start = 1_700_000_000_000;
  return Buffer.concat([
    sectionHeader({ application: 'dbg 0.1.0', os: 'Linux 6.1', hardware: 'x86_64', comment: 'two containers' }),
    interfaceDescription({
      ...ETHERNET,
      name: 'web:eth0',
      description: 'container web',
      filter: 'udp',
      mac: '02:42:0a:00:00:01',
      addresses: ['10.0.0.1/24', 'fd00::1/64'],
    }),
    nameResolution(new Map([['10.0.0.1', ['web', 'web.shop']]])),
    enhancedPacket(0, frame(1, 2, 1_700_000_000, 1000), false),
    interfaceDescription({ ...ETHERNET, name: 'db:eth0', comment: 'late', nanoseconds: true }),
    nameResolution(
      new Map([
        ['10.0.0.4', ['db']],
        ['fd00::4', ['db']],
      ]),
    ),
    enhancedPacket(1, frame(3, 4, 1_700_000_000, 123_456_789), true),
    enhancedPacket(0, frame(1, 2, 1_700_000_001, 0), false),
    interfaceStatistics(0, { nanoseconds: false, start, end: start + 2000, received: 9, accepted: 2, dropped: 7 }),
    interfaceStatistics(1, { nanoseconds: true, start: start + 100, end: start + 2000, received: 1 }),
  ]);
}

test('names in a file do not drive the terminal of who prints them', () => {
  const name = 'web/e\u001b[31mX\u202e';
  const described = interfaceDescription({
    ...ETHERNET,
    name,
    description: name,
    comment: `label a=${name}\nlabel b=c`,
  });
  const named = nameResolution(new Map([['10.0.0.1', [name]]]));
  for (const block of [described, named]) {
    expect(block.includes(0x1b)).toBe(false);
    expect(block.includes('web/e\\e[31mX\\u202e')).toBe(true);
  }
  expect(described.includes('\nlabel b=c')).toBe(true);
});

/** An Ethernet frame of 10.0.0.FROM to 10.0.0.TO's port 7777, with 3 bytes in it. */
function frame(from: number, to: number, seconds: number, nanoseconds: number) {
  const data = Buffer.from(
    hex(`02420a000002 02420a000001 0800 4500001f 00000000 40110000 0a0000${from.toString(16).padStart(2, '0')}
      0a0000${to.toString(16).padStart(2, '0')} 03e81e61 000b0000 010203`),
    'hex',
  );
  return { seconds, nanoseconds, originalLength: data.length, data };
}
