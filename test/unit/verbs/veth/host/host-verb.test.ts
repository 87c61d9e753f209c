import { describe, expect, test } from 'vitest';
import { run } from '../../../../../src/cli/run.ts';
import { inPlace } from '../../../../../src/ui/in-place.ts';
import { parseSeconds } from '../../../../../src/verbs/veth/host/host-watch.ts';
import { container, fakeContext, fakeHost } from '../../../fakes.ts';
import { DEV, FIB_TRIE, IF_INET6, IGMP, ROUTE } from '../../../network/map/recorded.ts';

const NET = '/proc/1234/net';
const LINKS = JSON.stringify([
  {
    ifindex: 8,
    ifname: 'veth8',
    flags: ['UP', 'LOWER_UP'],
    link_index: 7,
    link_netnsid: 0,
    linkinfo: { info_kind: 'veth' },
  },
  {
    ifindex: 10,
    ifname: 'veth10',
    flags: ['UP', 'LOWER_UP'],
    link_index: 9,
    link_netnsid: 0,
    linkinfo: { info_kind: 'veth' },
  },
]);

/** A host with one container on two networks, by recorded files. */
function context(args: readonly string[], over: { files?: Record<string, string>; missing?: string[] } = {}) {
  const host = fakeHost({
    ...over,
    files: {
      ...fakeFiles(),
      ...over.files,
    },
    links: { '/proc/1234/ns/net': 'net:[4026532407]', '/proc/self/ns/net': 'net:[4026532329]' },
    outputs: {
      'ip -d -j address': LINKS,
      'lsns -t net -J -o NS,NETNSID':
        '{"namespaces":[{"ns":4026532329,"netnsid":"unassigned"},{"ns":4026532407,"netnsid":"0"}]}',
    },
  });
  return fakeContext({ args: ['veth', ...args], host, containers: [container()] });
}

function fakeFiles(): Record<string, string> {
  const sys = '/proc/1234/root/sys/devices/virtual/net';
  return {
    '/proc/1234/cgroup': `0::/docker/${container().id}\n`,
    '/proc/1234/stat': `1234 (sleep) S ${Array.from({ length: 18 }, () => '0').join(' ')} 4242 0`,
    [`${NET}/dev`]: DEV,
    [`${NET}/igmp`]: IGMP,
    [`${NET}/if_inet6`]: IF_INET6,
    [`${NET}/fib_trie`]: FIB_TRIE,
    [`${NET}/route`]: ROUTE,
    [`${sys}/eth0/iflink`]: '8\n',
    [`${sys}/eth0/mtu`]: '1500\n',
    [`${sys}/eth1/iflink`]: '10\n',
    '/sys/class/net/veth10': '',
  };
}

test('the map, from files and two programs', async () => {
  const ctx = context(['--all', '--json']);
  expect(await run(ctx)).toBe(0);
  expect(JSON.parse(ctx.printed.out)).toMatchObject([
    {
      interface: 'eth0',
      ifindex: 7,
      addresses: ['10.214.2.2/24', 'fd00:aa::2/64', 'fe80::42:aff:fed6:202/64'],
      host_device: 'veth8',
      proof: 'both ways',
      rx_bytes: 346,
      tx_bytes: 110,
    },
    { interface: 'eth1', ifindex: 9, addresses: ['10.214.3.2/24'], host_device: 'veth10', proof: 'both ways' },
  ]);
  expect(ctx.host.ran).toEqual([]);
});

test('a bare device name, where no container has it', async () => {
  const ctx = context(['veth10']);
  expect(await run(ctx)).toBe(0);
  expect(ctx.printed.out).toContain('eth1');
  expect(ctx.printed.out).not.toContain('eth0');
});

test.each([
  [['--reverse', 'veth10', '--json']],
  [['--reverse', '--json', 'veth10']],
  [['--json', '--reverse', 'veth10']],
])('%j', async (args) => {
  const ctx = context(args);
  expect(await run(ctx)).toBe(0);
  expect(JSON.parse(ctx.printed.out)).toMatchObject([{ interface: 'eth1', host_device: 'veth10' }]);
});

describe('wrong usage', () => {
  test.each([
    [['--watch'], '--watch, --dot and --mermaid are about the whole host'],
    [['--dot'], '--watch, --dot and --mermaid are about the whole host'],
    [['--all', 'web'], 'leave CTR out'],
    [['--reverse', 'veth8', 'web'], 'leave CTR out'],
    [['--reverse'], '--reverse takes a host device'],
    [['--reverse', '--json'], '--reverse takes a host device'],
    [['--all', '--watch', '0'], '--watch 0: not a number of seconds'],
    [['--all', '--down'], "option '--all' cannot be used with option '--down'"],
    [['--all', '--dot', '--json'], 'cannot be used with'],
    [['--label', '--unlabel'], 'cannot be used with'],
  ])('%j', async (args, said) => {
    const ctx = context(args);
    expect(await run(ctx)).toBe(2);
    expect(ctx.printed.err).toContain(said);
  });
});

test('no ip on this host', async () => {
  const ctx = context(['--all'], { missing: ['ip'] });
  expect(await run(ctx)).toBe(127);
  expect(ctx.printed.err).toContain('this host has no program "ip"');
});

test('seconds', () => {
  expect([parseSeconds(true), parseSeconds('0.5')]).toEqual([2, 0.5]);
  expect(() => parseSeconds('-1')).toThrow('--watch -1: not a number');
});

test('a frame goes to its lines by number, and leaves the terminal as it was', () =>
  expect(inPlace('a\nb\n', true)).toBe(
    '\u001b[?7l\u001b[2J\u001b[1;1Ha\u001b[K\u001b[2;1Hb\u001b[K\u001b[3;1H\u001b[K\u001b[J\u001b[?7h',
  ));
