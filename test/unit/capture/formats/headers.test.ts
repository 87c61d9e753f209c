import { describe, expect, test } from 'vitest';
import { readHeaders } from '../../../../src/capture/formats/headers.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ETHERNET = '02420a000001 02420a000002 0800';
const ETHERNET6 = '02420a000001 02420a000002 86dd';
/** IPv4 of 10.0.0.2 to 10.0.0.9, identifier 1234 */
const ip4 = (protocol: string, length: string, fragment = '4000') =>
  `4500 ${length} 1234 ${fragment} 40${protocol} 0000 0a000002 0a000009`;
const ip6 = (next: string, length: string) =>
  `60000000 ${length} ${next}40 fd000000000000000000000000000002 fd000000000000000000000000000009`;
const SYN = 'c350 0051 00000001 00000000 5002 faf0 0000 0000';

test.each([
  ['a SYN', 1, `${ETHERNET} ${ip4('06', '0028')} ${SYN}`, ['10.0.0.2', 50000, '10.0.0.9', 81, 'SYN seq 1, length 0']],
  [
    'on all devices',
    276,
    `0800 0000 00000002 0001 04 06 02420a0000020000 ${ip4('06', '0028')} ${SYN}`,
    ['10.0.0.2', 50000, '10.0.0.9', 81, 'SYN seq 1, length 0'],
  ],
  [
    'with a VLAN tag',
    1,
    `02420a000001 02420a000002 8100 0005 0800 ${ip4('06', '0028')} ${SYN}`,
    ['10.0.0.2', 50000, '10.0.0.9', 81, 'SYN seq 1, length 0'],
  ],
  ['of IPv6', 1, `${ETHERNET6} ${ip6('06', '0014')} ${SYN}`, ['fd00::2', 50000, 'fd00::9', 81, 'SYN seq 1, length 0']],
  [
    'behind hop-by-hop options',
    1,
    `${ETHERNET6} ${ip6('00', '001c')} 0600000000000000 ${SYN}`,
    ['fd00::2', 50000, 'fd00::9', 81, 'SYN seq 1, length 0'],
  ],
  [
    'UDP',
    1,
    `${ETHERNET} ${ip4('11', '001f')} c350 0035 000b 0000 616263`,
    ['10.0.0.2', 50000, '10.0.0.9', 53, 'UDP, length 3'],
  ],
  [
    'an echo',
    1,
    `${ETHERNET} ${ip4('01', '001c')} 0800 0000 0007 0003`,
    ['10.0.0.2', undefined, '10.0.0.9', undefined, 'ICMP type 8, seq 3'],
  ],
  [
    'a later fragment',
    1,
    `${ETHERNET} ${ip4('11', '001c', '00b9')} 6162636465666768`,
    ['10.0.0.2', undefined, '10.0.0.9', undefined, 'fragment at 1480'],
  ],
])('%s', (_, linkType, bytes, expected) => {
  const found = readHeaders(linkType, hex(bytes))!;
  expect([found.source, found.sourcePort, found.destination, found.destinationPort, found.summary]).toEqual(expected);
});

test.each([
  ['ARP', 1, 'ffffffffffff 02420a000002 0806 0001080006040001'],
  ['cut off in its header', 1, `${ETHERNET} 45000028`],
  ['cut off before its ports', 1, `${ETHERNET} ${ip4('06', '0028')} c350`],
  ['nothing', 1, ''],
  ['an unknown link type', 147, `${ETHERNET} ${ip4('06', '0028')} ${SYN}`],
])('%s is none', (_, linkType, bytes) => expect(readHeaders(linkType, hex(bytes))).toBeUndefined());

describe('the same packet', () => {
  const identity = (bytes: string) => readHeaders(1, hex(bytes))!.identity;
  const plain = `${ETHERNET} ${ip4('06', '0028')} ${SYN}`;

  test('behind NAT: other addresses, ports, checksums, time to live', () => {
    const behind = `020000000001 020000000002 0800 4500 0028 1234 4000 3f06 ffff c6336401 0a000009 0401 0051 00000001 00000000 5002 faf0 1234 0000`;
    expect(identity(behind)).toBe(identity(plain));
  });

  test('padded to the least length of a frame', () => expect(identity(`${plain} 000000000000`)).toBe(identity(plain)));

  test.each([
    ['another sequence number', plain.replace('00000001 00000000', '00000002 00000000')],
    ['another flag', plain.replace('5002', '5012')],
  ])('%s is another', (_, other) => expect(identity(other)).not.toBe(identity(plain)));
});
