import { describe, expect, test } from 'vitest';
import { filterOf } from '../../../src/capture/getopt.ts';
import { parseArguments } from '../../../src/capture/tcpdump-argv.ts';
import { forDns, traps } from '../../../src/capture/traps.ts';

const DOCKER = 'search lan\nnameserver 127.0.0.11\noptions ndots:0\n';
const said = (line: string, over: Partial<Parameters<typeof traps>[0]> = {}) =>
  traps({ items: parseArguments(line.split(' ')), isAny: true, resolvConf: DOCKER, device: 'eth0', ...over });

describe("Docker's DNS", () => {
  test.each(['port 53', 'udp port 53', '-v src port 53', 'not port 53', 'port domain', 'tcp dst port  53 and host a'])(
    '%s',
    (line) => expect(said(line).join()).toContain('--dns shows it'),
  );
  test.each(['', 'port 530', 'port 5353', 'host 127.0.0.11 or port 53', 'host port53', '-w port-53'])(
    'not %s',
    (line) => expect(said(line)).toEqual([]),
  );
  test.each(['nameserver 10.0.0.1\n', '# nameserver 127.0.0.11\nnameserver ::1', undefined])(
    'nor by %j',
    (resolvConf) => expect(said('port 53', { resolvConf })).toEqual([]),
  );
});

describe("a frame's own header", () => {
  test.each([
    ['vlan 5', 'vlan'],
    ['ether host 02:42:ac:11:00:02', 'ether'],
    ['ether[12:2] = 0x800', 'ether'],
    ['mpls', 'mpls'],
    ['broadcast', 'broadcast'],
    ['port 80 and multicast', 'multicast'],
  ])('%s', (line, word) => {
    expect(said(line)).toEqual([
      expect.stringMatching(new RegExp(`^${word} finds nothing on all interfaces .* -i eth0$`)),
    ]);
    expect(said(line, { isAny: false })).toEqual([]);
  });
  test.each(['ether proto 0x86dd', 'ip multicast', 'ip6 multicast', 'ip broadcast', 'port 80', 'host vlan5'])(
    'not %s',
    (line) => expect(said(line)).toEqual([]),
  );
  test('each word once', () => expect(said('vlan 5 or vlan 6 or ether host a')).toHaveLength(2));
});

describe('--dns', () => {
  test.each([
    ['', '(port 53 or host 127.0.0.11)', ['-T', 'domain']],
    ['-v host db', '(port 53 or host 127.0.0.11) and (host db)', ['-v', '-T', 'domain']],
    ['-T rpc', '(port 53 or host 127.0.0.11)', ['-T', 'rpc']],
  ])('%j', (line, filter, options) => {
    const items = forDns(parseArguments(line.split(' ').filter(Boolean)));
    expect(filterOf(items)).toBe(filter);
    expect(items.flatMap(({ option, words }) => (option === undefined ? [] : words))).toEqual(options);
    expect(traps({ items, isAny: true, resolvConf: DOCKER, device: 'eth0' })).toEqual([]);
  });
});
