import { describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.ts';
import { containerNetwork } from '../../../src/network/interfaces.ts';
import { container, fakeHost, ID } from '../fakes.ts';

const target = { container: container(), pid: 1234, startTime: '4242' };

// Recorded: Docker 20.10.24, Linux 6.18, a container attached to an overlay network; shortened.
const MOUNTINFO = `182 179 0:4 net:[4026532473] /run/docker/netns/ingress_sbox rw - nsfs nsfs rw
189 179 0:4 net:[4026532684] /run/docker/netns/1-bi5p4da248 rw - nsfs nsfs rw
267 179 0:4 net:[4026532768] /run/docker/netns/289d8ec3cb2e rw - nsfs nsfs rw
300 179 0:4 mnt:[4026532769] /run/snapd/ns/a.mnt rw - nsfs nsfs rw
31 1 8:1 / /with\\040blank rw - ext4 /dev/sda1 rw`;
const veth = (index: number, name: string, peer: number, nsid: number, more = '') =>
  `{"ifindex":${index},"link_index":${peer},"ifname":"${name}","flags":["UP","LOWER_UP"],"address":"02:42:0a:00:01:02","link_netnsid":${nsid}${more},"linkinfo":{"info_kind":"veth"}}`;
const lsns = (...rows: readonly (readonly [number, number | string])[]) =>
  JSON.stringify({ namespaces: rows.map(([ns, netnsid]) => ({ ns, pid: 1, netnsid: String(netnsid) })) });

const INSIDE = `[${veth(13, 'eth0', 14, 0)},${veth(15, 'eth1', 16, 1)}]`;
const OUTSIDE = `[${veth(16, 'veth9f3', 15, 2, ',"master":"docker_gwbridge"')}]`;
const OVERLAY = `[${veth(14, 'veth1', 13, 2, ',"master":"br0"')}]`;
const HOST_LSNS = lsns([4026532403, 'unassigned'], [4026532768, 2]);
const INSIDE_LSNS = lsns([4026532403, 1], [4026532768, 'unassigned']);
const IN_OVERLAY = [
  'net:[4026532684]\n',
  OVERLAY,
  lsns([4026532403, 0], [4026532684, 'unassigned'], [4026532768, 2]),
  lsns([4026532403, 1], [4026532684, 0]),
].join('\0');

function hostWith(change: { overlay?: string; files?: Record<string, string>; insideLsns?: string } = {}) {
  const entered: string[] = [];
  const fake = fakeHost({
    missing: ['ethtool'],
    files: { '/proc/self/mountinfo': MOUNTINFO, ...change.files },
    links: {
      '/proc/1/ns/net': 'net:[4026532403]',
      '/proc/self/ns/net': 'net:[4026532403]',
      '/proc/1234/ns/net': 'net:[4026532768]',
    },
  });
  const host: Host = {
    ...fake,
    output: async (argv) => {
      const [first, second = ''] = argv;
      if (second.startsWith('--net=')) {
        entered.push(second.slice('--net='.length));
        if (!/1-bi5p4da248|\/proc\/77\//.test(second)) throw new Error('No such file or directory');
        return change.overlay ?? IN_OVERLAY;
      }
      if (first === 'ip') return OUTSIDE;
      if (first === 'lsns') return HOST_LSNS;
      return argv.includes('address') ? INSIDE : (change.insideLsns ?? INSIDE_LSNS);
    },
  };
  return { host, entered };
}
const look = async (host: Host) =>
  (await containerNetwork(host, target, [{ network: 'ov', networkId: 'bi5p4da248rfriaviygz557w9', mac: '' }]))
    .interfaces;

describe('an overlay network', () => {
  test('the peer is found in the namespace of the network; one that has vanished is skipped', async () => {
    const { host, entered } = hostWith();
    const [eth0, eth1] = await look(host);
    expect(eth0).toMatchObject({
      network: 'ov',
      device: { name: 'veth1' },
      place: { path: '/run/docker/netns/1-bi5p4da248', netns: 4026532684 },
      proof: 'both ways',
      cutAt: 'peer',
    });
    expect(eth1).toMatchObject({ network: 'docker_gwbridge', device: { name: 'veth9f3' }, proof: 'both ways' });
    // Neither the container's own nor the host's: lsns has named them.
    expect(entered).toEqual(['/run/docker/netns/ingress_sbox', '/run/docker/netns/1-bi5p4da248']);
  });

  test('another namespace has come under its name', async () => {
    const { host } = hostWith({ overlay: IN_OVERLAY.replace('net:[4026532684]', 'net:[4026532999]') });
    expect((await look(host))[0]).toMatchObject({ device: undefined, proof: 'none' });
  });

  test('the container has another number for it', async () => {
    const { host } = hostWith({ overlay: IN_OVERLAY.replace(/"netnsid":"0"}]}$/, '"netnsid":"7"}]}') });
    expect((await look(host))[0]).toMatchObject({ device: { name: 'veth1' }, proof: 'one way', cutAt: undefined });
  });
});

describe('a namespace with a process', () => {
  const insideLsns = INSIDE_LSNS.replace(']}', ',{"ns":4026532684,"pid":77,"netnsid":"0"}]}');

  test('is named by the container: nothing is searched', async () => {
    const { host, entered } = hostWith({ insideLsns });
    expect((await look(host))[0]).toMatchObject({ place: { path: '/proc/77/ns/net' }, proof: 'both ways' });
    expect(entered).toEqual(['/proc/77/ns/net']);
  });

  test.each(['0', 'null'])(
    'without a process, as lsns since 2.39 lists them (pid %s): searched among the files',
    async (pid) => {
      const { host } = hostWith({ insideLsns: insideLsns.replace('"pid":77', `"pid":${pid}`) });
      expect((await look(host))[0]).toMatchObject({
        place: { path: '/run/docker/netns/1-bi5p4da248' },
        proof: 'both ways',
      });
    },
  );

  test("of the container's own: not entered", async () => {
    const { host, entered } = hostWith({ insideLsns, files: { '/proc/77/cgroup': `0::/docker/${ID}/docker/inner\n` } });
    expect((await look(host))[0]).toMatchObject({ proof: 'none', reason: expect.stringContaining('its process 77') });
    expect(entered).toEqual([]);
  });
});

test.each([
  ['without a word, where processes end in a loop: it is asked again for long', { exitCode: 1, stderr: '' }, 15],
  ['otherwise: some times', undefined, 3],
])('lsns fails %s', async (_, cause, most) => {
  const { host } = hostWith();
  const failing = new Map<string, number>();
  const flaky: Host = {
    ...host,
    output: async (argv) => {
      const times = (failing.get(argv.join()) ?? 0) + 1;
      failing.set(argv.join(), times);
      if (argv.includes('lsns') && !argv[1]?.startsWith('--net=') && times < most)
        throw new Error('lsns failed', { cause });
      return host.output(argv);
    },
  };
  expect((await look(flaky)).map(({ proof }) => proof)).toEqual(['both ways', 'both ways']);
});

test('at most 256 files, 8 at a time', async () => {
  const many = Array.from({ length: 300 }, (_, at) => `1 1 0:4 net:[${at + 1}] /run/netns/n${at} rw - nsfs nsfs rw`);
  const { host, entered } = hostWith({ files: { '/proc/self/mountinfo': many.join('\n') } });
  expect((await look(host))[0]).toMatchObject({ proof: 'none' });
  expect(entered).toHaveLength(256);
});
