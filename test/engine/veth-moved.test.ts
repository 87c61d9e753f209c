import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg, firstLine, says, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { ip, ipIn, namespaceHolder, pinned } from './support/netns.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

// The host end of a cut container's wire is moved into another network namespace: rules and
// queueing disciplines do not move with it.

interface Row {
  readonly host_device: string;
  readonly peer_ifindex: number;
  readonly cut: string | null;
}
interface Status {
  readonly container: string;
  readonly device: string;
  readonly cut: string;
  readonly until: string;
  readonly in_force: boolean;
}

const row = async (name: string) => (JSON.parse(String((await dbg(['veth', name, '--json'])).stdout)) as Row[])[0]!;
const status = async (name: string) => {
  const { stdout, stderr } = await dbg(['veth', '--status', '--json']);
  const its = (JSON.parse(String(stdout)) as Status[]).filter(({ container }) => container === name);
  return { its, stderr: String(stderr) };
};
const nftIn = async (netns: string) =>
  (await execa('nsenter', [`--net=${netns}`, 'nft', 'list', 'ruleset', 'netdev'])).stdout;

/**
 * A container, its host device, and whether it answers there once that is in another namespace,
 * with the gateway's address.
 */
async function wired(lab: Lab) {
  const network = await lab.network('n');
  const web = await lab.run('web', { options: ['--network', network] });
  const [address, netns] = [await lab.address(web), `/proc/${await lab.pid(web)}/ns/net`];
  const { host_device: device, peer_ifindex: ifindex } = await row(web);
  const gateway = await lab.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network);
  const moveTo = async (place: string, to: string, bridge?: string) => {
    await ip(`link set ${device} netns ${to}`);
    await ipIn(place, `link set ${device} up${bridge === undefined ? '' : ` master ${bridge}`}`);
    await ipIn(place, `address add ${gateway}/24 dev ${bridge ?? device}`);
  };
  const answersIn = async (place: string) =>
    (await execa('nsenter', [`--net=${place}`, 'busybox', 'ping', '-c', '1', '-W', '1', address], { reject: false }))
      .exitCode === 0;
  /** Nothing of dbg's is left: on the host, where the device is now, in the container. */
  const isNothingLeft = async (place: string) => {
    const own = `dbg_${ifindex} `;
    expect((await execa('nft', ['list', 'ruleset', 'netdev'])).stdout).not.toContain(own);
    for (const each of [place, netns]) {
      expect([await nftIn(each), await ipIn(each, 'link')]).toEqual(['', expect.not.stringMatching(/dbg cut|tbf/)]);
    }
    const after = await status(web);
    expect([after.its, after.stderr]).toEqual([[], expect.not.stringContaining(device)]);
  };
  return { web, device, netns, moveTo, answersIn, isNothingLeft };
}

test.for([
  ['--blackhole', 'blackhole', 'a file'],
  ['--blackhole', 'blackhole', 'a process'],
  ['--down', 'blackhole', 'a file'],
] as const)('%s stays, as a %s at its own end, where %s holds the namespace', async ([way, cut, holder], { lab }) => {
  const { web, moveTo, answersIn, isNothingLeft } = await wired(lab);
  const pid = holder === 'a process' ? await namespaceHolder(lab) : undefined;
  const name = `dbg-moved${way}`;
  const place = pid === undefined ? await pinned(lab, name) : `/proc/${pid}/ns/net`;
  const running = dbg(['veth', web, way, '--for', '1h']);
  await firstLine(running);
  const [before] = (await status(web)).its;
  if (way === '--down') await sleep(3000);
  const said = says(running, `${web} is still cut, at its own end: the host end of eth0 is in ${place} now`);
  await moveTo(place, pid ?? name);
  await said;
  expect(await answersIn(place)).toBe(false);
  const during = await status(web);
  expect(during.its).toEqual([expect.objectContaining({ device: 'eth0', cut, in_force: true })]);
  // Until the same time, whenever it was made anew.
  expect(Math.abs(Date.parse(during.its[0]!.until) - Date.parse(before!.until))).toBeLessThan(1500);
  expect((await row(web)).cut).toBe(cut);
  running.kill('SIGTERM');
  expect((await running).exitCode).toBe(143);
  await expect.poll(() => answersIn(place)).toBe(true);
  await isNothingLeft(place);
});

test('--rate, which of what it gets is held at the host end alone: lifted, both ways, and that is an error', async ({
  lab,
}) => {
  const { web, netns, moveTo, answersIn, isNothingLeft } = await wired(lab);
  const place = await pinned(lab, 'dbg-moved-rate');
  const running = dbg(['veth', web, '--rate', '8mbit', '--for', '1h']);
  await firstLine(running);
  expect(await ipIn(netns, 'link show eth0')).toContain('qdisc tbf');
  await moveTo(place, 'dbg-moved-rate');
  expect(await running).toMatchObject({
    exitCode: 125,
    stderr: expect.stringContaining(`${web} is back before its time: the host end of eth0 is in ${place} now`),
  });
  await expect.poll(() => answersIn(place)).toBe(true);
  await isNothingLeft(place);
});

test('--rate --out is held where it was: at the own end', async ({ lab }) => {
  const { web, netns, moveTo, isNothingLeft } = await wired(lab);
  const place = await pinned(lab, 'dbg-moved-out');
  const running = dbg(['veth', web, '--rate', '8mbit', '--out', '--for', '1h']);
  await firstLine(running);
  await moveTo(place, 'dbg-moved-out');
  expect(await ipIn(netns, 'link show eth0')).toContain('qdisc tbf');
  expect((await status(web)).its).toEqual([expect.objectContaining({ device: 'eth0', in_force: true })]);
  running.kill('SIGTERM');
  expect((await running).exitCode).toBe(143);
  await isNothingLeft(place);
});

test('without --for, none waits: it is lifted, --status says so, and --up takes the mark away there', async ({
  lab,
}) => {
  const { web, device, moveTo, answersIn, isNothingLeft } = await wired(lab);
  const place = await pinned(lab, 'dbg-moved-kept');
  expect((await dbg(['veth', web, '--blackhole'])).exitCode).toBe(0);
  await moveTo(place, 'dbg-moved-kept');
  await expect.poll(() => answersIn(place)).toBe(true);
  expect((await status(web)).its).toEqual([]);
  expect((await row(web)).cut).toBe(null);
  expect(await ipIn(place, `link show ${device}`)).toContain('alias dbg cut');
  expect((await dbg(['veth', web, '--up', '--dry-run'])).stdout).toContain(`ip link set dev ${device} alias ''`);
  expect((await dbg(['veth', web, '--up'])).exitCode).toBe(0);
  const id = await lab.docker('inspect', '-f', '{{.Id}}', web);
  const watchers = async () => (await execa('pgrep', ['-f', `dbg-cut .*${id}`], { reject: false })).stdout;
  await expect.poll(watchers).toBe('');
  await isNothingLeft(place);
});

test('to where nothing shows it, held by a descriptor alone: lifted, and that is an error', async ({ lab }) => {
  const { web, device, moveTo, answersIn } = await wired(lab);
  const file = await pinned(lab, 'dbg-moved-fd');
  const running = dbg(['veth', web, '--blackhole', '--for', '1h']);
  await firstLine(running);
  // It looks when both is done.
  process.kill(running.pid!, 'SIGSTOP');
  const script = 'exec 3<"$1"; umount -l "$1"; echo hidden; exec sleep 3600';
  await moveTo(file, 'dbg-moved-fd');
  const holder = execa('sh', ['-c', script, 'sh', file], { reject: false });
  lab.cleanUp(async () => (holder.kill('SIGKILL'), await holder));
  await firstLine(holder);
  process.kill(running.pid!, 'SIGCONT');
  const { exitCode, stderr } = await running;
  expect([exitCode, stderr]).toEqual([
    125,
    expect.stringContaining(`"${web}" is back before its time, as it cannot be cut any more`),
  ]);
  expect(stderr).toContain("the peer of eth0 is in another network namespace than the host's");
  await expect.poll(() => answersIn(`/proc/${holder.pid}/fd/3`)).toBe(true);
  const after = await status(web);
  expect([after.its, after.stderr]).toEqual([[], expect.not.stringContaining(device)]);
});

test('into a bridge of that namespace: it is cut there', async ({ lab }) => {
  const { web, moveTo, isNothingLeft } = await wired(lab);
  const place = await pinned(lab, 'dbg-moved-br');
  await ipIn(place, 'link add br0 type bridge');
  const running = dbg(['veth', web, '--rate', '8mbit', '--for', '1h']);
  await firstLine(running);
  process.kill(running.pid!, 'SIGSTOP');
  await moveTo(place, 'dbg-moved-br', 'br0');
  const said = says(running, `${web} is still cut, there: the host end of eth0 is in ${place} now`);
  process.kill(running.pid!, 'SIGCONT');
  await said;
  const { its } = await status(web);
  expect(its.map(({ device, in_force }) => `${device === 'eth0'} ${in_force}`).toSorted()).toEqual([
    'false true',
    'true true',
  ]);
  running.kill('SIGTERM');
  expect((await running).exitCode).toBe(143);
  await isNothingLeft(place);
});

test("the container's own end is moved out: that is said, and the end of the cut does not claim it is back", async ({
  lab,
}) => {
  const { web, netns, isNothingLeft } = await wired(lab);
  const place = await pinned(lab, 'dbg-moved-own');
  const running = dbg(['veth', web, '--blackhole', '--for', '1h']);
  await firstLine(running);
  const said = says(running, `${web} does not have the cut interface any more: it was moved out of the container`);
  await ipIn(netns, 'link set eth0 netns dbg-moved-own name away');
  await said;
  running.kill('SIGTERM');
  expect(await running).toMatchObject({
    exitCode: 143,
    stderr: expect.stringMatching(/ is not cut any more, and has no interface now that was cut$/),
  });
  await isNothingLeft(place);
});
