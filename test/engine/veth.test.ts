import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { DBG, dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { innerProcess } from './support/netns.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

interface Row {
  readonly container: string;
  readonly interface: string;
  readonly network: string;
  readonly addresses: string[];
  readonly host_device: string | null;
  readonly peer_ifindex: number | null;
  readonly state: string | null;
  readonly proof: string;
  readonly reason: string | null;
}

async function rows(...args: readonly string[]): Promise<Row[]> {
  const { stdout, stderr, exitCode } = await dbg(['veth', ...args, '--json']);
  expect(exitCode, String(stderr)).toBe(0);
  return JSON.parse(stdout as string);
}

const inside = (container: string, ...argv: readonly string[]) =>
  execa('docker', ['exec', container, ...argv], { reject: false });
const pings = async (from: string, to: string) => (await inside(from, 'ping', '-c', '1', '-W', '1', to)).exitCode === 0;

/** Which port of its bridge a container's frames come in by: what the kernel's bridge itself has learned. */
async function bridgePort(container: string): Promise<string> {
  const { stdout: mac } = await inside(container, 'cat', '/sys/class/net/eth0/address');
  const { stdout } = await execa('bridge', ['-j', 'fdb', 'show']);
  const learned = (JSON.parse(stdout) as { mac: string; ifname: string; state: string }[]).filter(
    (entry) => entry.mac === mac && entry.state !== 'permanent',
  );
  expect(learned).toHaveLength(1);
  return learned[0]!.ifname;
}

async function linkIsUp(device: string): Promise<boolean> {
  const { stdout } = await execa('ip', ['-j', 'link', 'show', 'dev', device]);
  return JSON.parse(stdout)[0].flags.includes('UP');
}

async function pair(lab: Lab) {
  const network = await lab.network('net');
  const web = await lab.run('web', { options: ['--network', network] });
  const other = await lab.run('other', { options: ['--network', network] });
  return { network, web, other, address: await lab.address(web) };
}

test("in a shell of dbg's, in a container's network, the host is still the host", async ({ lab }) => {
  const { web, other, address } = await pair(lab);
  const [row] = await rows(web);
  const here = ['exec', other, process.execPath, DBG];
  const look = await dbg([...here, 'veth', web, '--json']);
  expect(JSON.parse(look.stdout as string)).toEqual([row]);
  const own = await dbg([...here, 'veth', other, '--down']);
  expect([own.exitCode, own.stderr]).toEqual([0, '']);
  expect(await pings(web, await lab.address(other))).toBe(false);
  expect(await linkIsUp((await rows(other))[0]!.host_device!)).toBe(false);
  expect((await dbg([...here, 'veth', other, '--up'])).exitCode).toBe(0);
  await expect.poll(() => pings(other, address)).toBe(true);
  const { stdout } = await dbg([...here, 'ns', other]);
  expect(stdout).toMatch(/^net +\d+ +(?!.*host)/m);
});

test('the host device is the one by which the frames come', async ({ lab }) => {
  const { network, web, other, address } = await pair(lab);
  expect(await pings(other, address)).toBe(true);
  expect(await rows(web)).toEqual([
    expect.objectContaining({
      container: web,
      interface: 'eth0',
      network,
      addresses: [`${address}/24`],
      host_device: await bridgePort(web),
      state: 'up',
      proof: 'both ways',
      reason: null,
    }),
  ]);
});

test('as a table', async ({ lab }) => {
  const { network, web, address } = await pair(lab);
  const { stdout, stderr } = await dbg(['veth', web]);
  const [header, row] = (stdout as string).split('\n').map((line) => line.split(/ {2,}/));
  expect(header).toEqual([
    'CONTAINER',
    'INTERFACE',
    'NETWORK',
    'ADDRESS',
    'HOST DEVICE',
    'INDEX',
    'MASTER',
    'MTU',
    'STATE',
    'PROOF',
  ]);
  expect(row?.slice(0, 4)).toEqual([web, 'eth0', network, `${address}/24`]);
  expect(row?.slice(7)).toEqual(['1500', 'up', 'both ways']);
  expect(stderr).toBe('');
});

test('--down really cuts, --up really restores: device, route and address', async ({ lab }) => {
  const { network, web, other, address } = await pair(lab);
  const routes = (await inside(web, 'ip', 'route')).stdout;
  expect(routes).toContain('default via');
  const device = (await rows(web))[0]!.host_device!;

  const down = await dbg(['veth', web, '--down']);
  expect(down.stdout).toBe(
    `${web} is offline: ${device} (eth0, ${network}) is down\nstays so until:  dbg veth ${web} --up`,
  );
  expect(down.exitCode).toBe(0);
  expect(await linkIsUp(device)).toBe(false);
  expect(await pings(other, address)).toBe(false);
  expect((await rows(web))[0]).toMatchObject({ host_device: device, state: 'down', proof: 'both ways' });
  expect((await inside(web, 'cat', '/sys/class/net/eth0/carrier')).stdout).toBe('0');
  expect((await inside(web, 'ip', 'route')).stdout).toContain('default via');

  const up = await dbg(['veth', web, '--up']);
  expect(up.stdout).toBe(`${web} is back online: ${device} (eth0, ${network}) is up`);
  expect(await linkIsUp(device)).toBe(true);
  expect((await inside(other, 'ping', '-c', '5', '-W', '1', address)).stdout).toMatch(/[1-5] packets received/);
  expect((await inside(web, 'ip', 'route')).stdout).toBe(routes);
});

test('nobody else is cut', async ({ lab }) => {
  const { web, other, network } = await pair(lab);
  const third = await lab.run('third', { options: ['--network', network] });
  await dbg(['veth', web, '--down']);
  expect(await pings(third, await lab.address(other))).toBe(true);
});

test('down twice, up twice: the same as once', async ({ lab }) => {
  const { web, other, address } = await pair(lab);
  for (const change of ['--down', '--down', '--up', '--up'])
    expect((await dbg(['veth', web, change])).exitCode).toBe(0);
  expect((await inside(other, 'ping', '-c', '5', '-W', '1', address)).exitCode).toBe(0);
});

describe('a container on two networks', () => {
  async function onTwo(lab: Lab) {
    const { network, web } = await pair(lab);
    const second = await lab.network('second');
    await lab.docker('network', 'connect', second, web);
    return { web, first: network, second };
  }

  test('both devices go down, both come back', async ({ lab }) => {
    const { web, first, second } = await onTwo(lab);
    const before = await rows(web);
    expect(before.map(({ network }) => network).toSorted()).toEqual([first, second].toSorted());
    await dbg(['veth', web, '--down']);
    for (const { host_device } of before) expect(await linkIsUp(host_device!)).toBe(false);
    await dbg(['veth', web, '--up']);
    for (const { host_device } of before) expect(await linkIsUp(host_device!)).toBe(true);
  });

  test.for(['network', 'interface'] as const)('--%s chooses one', async (by, { lab }) => {
    const { web, first, second } = await onTwo(lab);
    const before = await rows(web);
    const chosen = before.find(({ network }) => network === second)!;
    const kept = before.find(({ network }) => network === first)!;
    const { stdout } = await dbg(['veth', web, '--down', `--${by}`, chosen[by]]);
    expect(stdout).toContain(
      `${chosen.interface} of ${web} is offline: ${chosen.host_device} (${chosen.interface}, ${second}) is down · untouched: ${kept.interface}, ${first}`,
    );
    expect(stdout).toContain(`dbg veth ${web} --interface ${chosen.interface} --up`);
    expect(await linkIsUp(chosen.host_device!)).toBe(false);
    expect(await linkIsUp(kept.host_device!)).toBe(true);
  });

  test('one that it has not', async ({ lab }) => {
    const { web, first } = await onTwo(lab);
    const { exitCode, stderr } = await dbg(['veth', web, '--down', '--interface', 'eth7']);
    expect(exitCode).toBe(125);
    expect(stderr).toContain(`has no interface "eth7" (it has: eth0 on ${first}`);
  });
});

test('who shares its network goes offline too, and is named', async ({ lab }) => {
  const { web } = await pair(lab);
  const sidecar = await lab.run('sidecar', { options: ['--network', `container:${web}`] });
  const chained = await lab.run('chained', { options: ['--network', `container:${sidecar}`] });
  for (const [asked, also] of [
    [web, `${chained}, ${sidecar}`],
    [chained, `${sidecar}, ${web}`],
  ] as const) {
    const refused = await dbg(['veth', asked, '--down']);
    expect([refused.exitCode, refused.stderr]).toEqual([
      125,
      expect.stringContaining(`refused: ${also} share the network of "${asked}", and would be cut off too`),
    ]);
    const { stdout } = await dbg(['veth', asked, '--down', '--force']);
    expect(stdout).toContain(`${asked} is offline`);
    expect(stdout).toContain(`also offline: ${also} (same network namespace)`);
    await dbg(['veth', asked, '--up']);
  }
});

test('--dry-run prints the command, and it is the right one', async ({ lab }) => {
  const { web } = await pair(lab);
  const device = (await rows(web))[0]!.host_device!;
  const { stdout, exitCode } = await dbg(['veth', web, '--down', '--dry-run']);
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringMatching(new RegExp(`^ip link set dev ${device} alias 'dbg cut .*'\nip link set dev ${device} down$`)),
  ]);
  expect(await linkIsUp(device)).toBe(true);
});

describe('refused, with the reason, and nothing done', () => {
  async function refuses(container: string, reason: string, untouched: string, options: readonly string[] = []) {
    const before = await linkIsUp(untouched);
    for (const change of ['--down', '--up']) {
      const { exitCode, stderr, stdout } = await dbg(['veth', container, change, ...options]);
      expect([exitCode, stdout]).toEqual([125, '']);
      expect(stderr).toContain(reason);
    }
    expect(await linkIsUp(untouched)).toBe(before);
  }

  test("the host's network", async ({ lab }) => {
    const container = await lab.run('c', { options: ['--network', 'host'] });
    await refuses(container, "uses the host's own network, so taking it off would take the host off", 'lo');
    expect((await dbg(['veth', container])).stderr).toContain("uses the host's own network: it has no veth");
    expect(await rows(container)).toEqual([]);
  });

  test('no network', async ({ lab }) => {
    const container = await lab.run('c', { options: ['--network', 'none'] });
    await refuses(container, 'has no interface but lo', 'lo');
    expect(await rows(container)).toEqual([]);
  });

  test("a bridge in the container's own making", async ({ lab }) => {
    const { web } = await pair(lab);
    const { host_device: device } = (await rows(web))[0]!;
    const ip = ['-t', String(await lab.pid(web)), '-n', 'ip', 'link'];
    await execa('nsenter', [...ip, 'add', 'br0', 'type', 'bridge']);
    await execa('nsenter', [...ip, 'set', 'br0', 'up']);
    await refuses(web, 'br0 is a bridge device', device!, ['--interface', 'br0']);
  });
});

describe('devices that a container made itself', () => {
  test('are left alone and named, and do not hold up the undoing', async ({ lab }) => {
    const { web, other, address } = await pair(lab);
    const pid = String(await lab.pid(web));
    const ip = (...argv: readonly string[]) => execa('nsenter', ['-t', pid, '-n', 'ip', ...argv]);
    const elsewhere = await innerProcess(lab, web);
    await ip('link', 'add', 'br0', 'type', 'bridge');
    await ip('link', 'set', 'br0', 'up');
    await execa('ip', [
      'link',
      'add',
      'far0',
      'netns',
      elsewhere,
      'type',
      'veth',
      'peer',
      'name',
      'inner0',
      'netns',
      pid,
    ]);

    const down = await dbg(['veth', web, '--down']);
    expect(down.stdout).toContain('is down · untouched: ');
    expect(down.stdout).toMatch(/untouched: (br0; inner0|inner0; br0)/);
    expect(await pings(other, address)).toBe(false);
    expect((await dbg(['veth', web, '--up'])).exitCode).toBe(0);
  });

  test('with names that are no names for a terminal, for JSON, for UTF-8', async ({ lab }) => {
    const { web, other, address } = await pair(lab);
    const before = (await rows(web))[0]!;
    const rename = ['link', 'set', 'dev', 'eth0', 'name', '\u001b[31mred'];
    const ip = ['-t', String(await lab.pid(web)), '-n', 'ip'];
    await execa('nsenter', [...ip, 'link', 'set', 'eth0', 'down']);
    await execa('nsenter', [...ip, ...rename]);
    await execa('nsenter', [...ip, 'link', 'set', '\u001b[31mred', 'up', 'alias', 'x\u001by"z']);
    const { stdout } = await dbg(['veth', web]);
    expect(stdout).toContain('\\e[31mred');
    expect(stdout).not.toContain('\u001b');
    expect((await rows(web))[0]).toMatchObject({
      interface: '\u001b[31mred',
      host_device: before.host_device,
      proof: 'both ways',
    });
    await dbg(['veth', web, '--down']);
    expect(await pings(other, address)).toBe(false);
  });

  test('with the MAC address of another network: the bridge on the host decides', async ({ lab }) => {
    const { web, network } = await pair(lab);
    const second = await lab.network('second');
    await lab.docker('network', 'connect', second, web);
    const before = await rows(web);
    const pid = String(await lab.pid(web));
    const ip = (...argv: readonly string[]) => execa('nsenter', ['-t', pid, '-n', 'ip', ...argv]);
    const macs = await Promise.all(
      before.map(async (row) => (await inside(web, 'cat', `/sys/class/net/${row.interface}/address`)).stdout),
    );
    await ip('link', 'set', before[0]!.interface, 'address', '02:00:00:00:00:01');
    await ip('link', 'set', before[1]!.interface, 'address', macs[0]!);
    await ip('link', 'set', before[0]!.interface, 'address', macs[1]!);
    const networks = (list: Row[]) => Object.fromEntries(list.map((row) => [row.host_device, row.network]));
    expect(networks(await rows(web))).toEqual(networks(before));
    expect(Object.values(networks(before))).toEqual(expect.arrayContaining([network, second]));
  });
});

test('renamed on either side, it is still found', async ({ lab }) => {
  const { web } = await pair(lab);
  const device = (await rows(web))[0]!.host_device!;
  const run = (...argv: [string, ...string[]]) => execa(argv[0], argv.slice(1));
  await run('ip', 'link', 'set', device, 'down');
  await run('ip', 'link', 'set', device, 'name', 'renamed-by-dbg');
  const inContainer = ['nsenter', '-t', String(await lab.pid(web)), '-n', 'ip', 'link', 'set', 'eth0'] as const;
  await run(...inContainer, 'down');
  await run(...inContainer, 'name', 'wan0');
  expect((await rows(web))[0]).toMatchObject({
    interface: 'wan0',
    host_device: 'renamed-by-dbg',
    state: 'down',
    proof: 'both ways',
  });
});

test('a restart brings a new device, which is found', async ({ lab }) => {
  const { web, other, address } = await pair(lab);
  await dbg(['veth', web, '--down']);
  await lab.docker('restart', web);
  expect((await rows(web))[0]).toMatchObject({ state: 'up', proof: 'both ways' });
  expect(await pings(other, address)).toBe(true);
  expect(await bridgePort(web)).toBe((await rows(web))[0]!.host_device);
});

test('a stopped container has none, and that is said', async ({ lab }) => {
  const container = await lab.run('c', { command: ['true'] });
  await lab.docker('wait', container);
  const { exitCode, stderr } = await dbg(['veth', container, '--down']);
  expect(exitCode).toBe(125);
  expect(stderr).toContain('is not running (exited');
});
