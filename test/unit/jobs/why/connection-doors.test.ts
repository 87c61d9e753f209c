import { expect, test } from 'vitest';
import { parseContainerList } from '../../../../src/engine/parse-container.ts';
import { doorsOf, doorTo } from '../../../../src/jobs/why/connection-doors.ts';
import { container, fakeContext, fakeEngine, fakeHost, ID } from '../../fakes.ts';

const port = (IP: string, Type: string) => ({ IP, PrivatePort: 5353, PublicPort: 53, Type });
const LISTED = [
  {
    Id: ID,
    Names: ['/web'],
    Ports: [port('0.0.0.0', 'udp'), port('::', 'udp'), port('0.0.0.0', 'tcp')],
    NetworkSettings: {
      Networks: {
        n: { IPAddress: '10.0.0.2', IPPrefixLen: 24, GlobalIPv6Address: 'fd00::2', GlobalIPv6PrefixLen: 64 },
      },
    },
  },
];
const web = container({ name: 'web' });
const ctx = fakeContext({
  engine: async () => ({ ...fakeEngine([web]), list: async () => parseContainerList(LISTED) }),
});

test.each([
  [':53', undefined, { protocol: 'tcp', address: '10.0.0.2', port: 5353 }, ['0.0.0.0']],
  [':53/udp', undefined, { protocol: 'udp', address: '10.0.0.2', port: 5353 }, ['0.0.0.0', '::']],
  [':53/udp', 4, { protocol: 'udp', address: '10.0.0.2', family: 4 }, ['0.0.0.0', '::']],
  [':53/udp', 6, { protocol: 'udp', address: 'fd00::2', family: 6 }, ['0.0.0.0', '::']],
] as const)('the door of %s, of IPv%s', async (ref, family, wish, addresses) => {
  expect(await doorTo(ctx, web, { ref, family })).toMatchObject({ wish, published: { host: 53, addresses } });
});

test('a name is no door', async () => expect(await doorTo(ctx, web, { ref: 'web', family: 6 })).toBeUndefined());

test.each([
  [undefined, [], '-A DOCKER -p udp -j DNAT four'],
  [6, [], '-A DOCKER -p udp -j DNAT six'],
  [6, ['ip6tables-save'], 'udp dport 53 dnat to nft'],
] as const)('the rules of IPv%s, without %j', async (family, missing, rule) => {
  const outputs = {
    'iptables-save -t nat': '-A DOCKER -p udp -j DNAT four\n',
    'ip6tables-save -t nat': '-A DOCKER -p udp -j DNAT six\n',
    'nft list ruleset': 'udp dport 53 dnat to nft\n',
  };
  const links = { '/proc/self/ns/net': 'net:[1]', '/proc/1/ns/net': 'net:[1]' };
  const { rules } = await doorsOf(fakeContext({ host: fakeHost({ outputs, missing, links }) }), family);
  expect(rules).toEqual([rule]);
});
