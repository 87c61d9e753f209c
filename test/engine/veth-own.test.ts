import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg, firstLine, says } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { ip, ipIn } from './support/netns.ts';
import { does } from './support/veth.ts';
import { ALONE, makesCuts } from './support/cuts.ts';

makesCuts();

// An interface without a host end, moved into the container. This kernel has vxlan, and neither
// wireguard nor dummy.

interface Status {
  readonly container: string;
  readonly interface: string;
  readonly device: string;
  readonly namespace: string;
  readonly cut: string;
  readonly in_force: boolean;
}

const statusOf = async (name: string) =>
  (JSON.parse(await does('--status', '--json')) as Status[]).filter(({ container }) => container === name);

/** Container web with a vxlan that was made on the host, whose other end is in db. */
async function tunnelled(lab: Lab, id: number) {
  const network = await lab.network('n');
  const options = ['--network', network, '--cap-add', 'NET_ADMIN'];
  const [web, db] = [await lab.run('web', { options }), await lab.run('db', { options })];
  const [address, gateway] = [
    await lab.address(db),
    await lab.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network),
  ];
  const [netns, other] = [`/proc/${await lab.pid(web)}/ns/net`, `/proc/${await lab.pid(db)}/ns/net`];
  const vxlan = (remote: string) => `type vxlan id ${id} dstport ${4000 + id} remote ${remote}`;
  await ip(`link add dbgvx${id} ${vxlan(address)}`);
  await ip(`link set dbgvx${id} netns ${await lab.pid(web)} name vx0`);
  await ipIn(other, `link add vx0 ${vxlan(gateway)}`);
  for (const [place, own] of [
    [netns, 1],
    [other, 2],
  ] as const) {
    await ipIn(place, `address add 10.254.${id}.${own}/24 dev vx0`);
    await ipIn(place, 'link set vx0 up');
  }
  const pings = async (to: string) =>
    (await execa('docker', ['exec', web, 'ping', '-c', '1', '-W', '1', to], { reject: false })).exitCode === 0;
  const [inTunnel, beside] = [() => pings(`10.254.${id}.2`), () => pings(address)];
  await expect.poll(inTunnel).toBe(true);
  return { web, netns, inTunnel, beside };
}

const rules = async (netns: string) =>
  (await execa('nsenter', [`--net=${netns}`, 'nft', 'list', 'ruleset', 'netdev'])).stdout;

test('named, it is cut on its own side; the others are not; its routes stay', async ({ lab }) => {
  const { web, netns, inTunnel, beside } = await tunnelled(lab, 41);
  const routes = await lab.docker('exec', web, 'ip', 'route');
  const running = dbg(['veth', web, '--interface', 'vx0', '--down', '--for', '1h']);
  expect(await firstLine(running)).toContain(
    "at the container's own end: there is no other on this host; its routes stay",
  );
  expect([await inTunnel(), await beside(), await lab.docker('exec', web, 'ip', 'route')]).toEqual([
    false,
    true,
    routes,
  ]);
  expect(await statusOf(web)).toEqual([
    expect.objectContaining({ interface: 'vx0', device: 'vx0', namespace: netns, cut: 'blackhole', in_force: true }),
  ]);
  expect((await dbg(['veth', web])).stderr).toContain('vx0 is cut: blackhole');
  // Whoever reads the mark in there may write it on a device of his own.
  const [{ ifalias: mark = '' } = {}] = JSON.parse(await ipIn(netns, '-j link show vx0')) as { ifalias?: string }[];
  expect(mark).toContain('dbg cut');
  await ipIn(netns, 'link add mine type veth peer name other');
  await execa('nsenter', [`--net=${netns}`, 'ip', 'link', 'set', 'dev', 'mine', 'up', 'alias', mark]);
  expect((await statusOf(web)).map(({ device }) => device)).toEqual(['vx0']);
  running.kill('SIGKILL');
  await running;
  await expect.poll(inTunnel).toBe(true);
  await expect.poll(() => rules(netns)).toBe('');
});

test('kept, it is brought back by --up without its name, and by --restore-all', ALONE, async ({ lab }) => {
  const { web, netns, inTunnel } = await tunnelled(lab, 42);
  await does(web, '--interface', 'vx0', '--blackhole');
  expect(await inTunnel()).toBe(false);
  await does(web, '--up');
  expect([await inTunnel(), await statusOf(web), await rules(netns)]).toEqual([true, [], '']);
  await does(web, '--interface', 'vx0', '--drop', '10.254.0.0/16');
  await does(web, '--interface', 'vx0', '--rate', '8mbit', '--out');
  expect(await statusOf(web)).toEqual([expect.objectContaining({ cut: 'rate:8000000bit,out', in_force: true })]);
  expect(await ipIn(netns, 'link show vx0')).toContain('qdisc tbf');
  expect(await does('--restore-all')).toContain(`removed queueing discipline dbb: of vx0 in ${netns}`);
  expect([await inTunnel(), await statusOf(web), await rules(netns)]).toEqual([true, [], '']);
  expect(await ipIn(netns, 'link show vx0')).toContain('qdisc noqueue');
  // Who looks after it is in the container's namespace, and does not keep that when the container
  // has ended.
  await does(web, '--interface', 'vx0', '--blackhole');
  const id = await lab.docker('inspect', '-f', '{{.Id}}', web);
  const watchers = async () => (await execa('pgrep', ['-f', `dbg-cut .*${id}`], { reject: false })).stdout;
  expect(await watchers()).not.toBe('');
  await lab.docker('kill', web);
  await expect.poll(watchers).toBe('');
});

test('not named, it is left alone', async ({ lab }) => {
  const { web, inTunnel, beside } = await tunnelled(lab, 43);
  expect(await does(web, '--down')).toContain('untouched: vx0');
  expect([await inTunnel(), await beside()]).toEqual([true, false]);
  await does(web, '--up');
});

test('it goes with a restart: that is said, and what is made anew under its name is cut', async ({ lab }) => {
  const { web } = await tunnelled(lab, 44);
  const running = dbg(['veth', web, '--interface', 'vx0', '--blackhole', '--for', '1h']);
  await firstLine(running);
  let said = says(running, 'has no interface left to cut: if it gets one in time, dbg cuts it');
  await lab.docker('restart', '-t', '0', web);
  await said;
  expect(await statusOf(web)).toEqual([]);
  said = says(running, 'has a new vx0: it is cut too');
  const netns = `/proc/${await lab.pid(web)}/ns/net`;
  await ipIn(netns, 'link add vx0 type vxlan id 44 dstport 4044');
  await ipIn(netns, 'link set vx0 up');
  await said;
  expect(await statusOf(web)).toEqual([expect.objectContaining({ device: 'vx0', in_force: true })]);
  running.kill('SIGTERM');
  expect((await running).exitCode).toBe(143);
  expect(await rules(netns)).toBe('');
});
