import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { DBG, dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { innerProcess, ip, ipIn, namespaceHolder, pinned } from './support/netns.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

interface Row {
  readonly interface: string;
  readonly ifindex: number;
  readonly network: string | null;
  readonly host_device: string | null;
  readonly peer_ifindex: number | null;
  readonly namespace: string | null;
  readonly state: string;
  readonly proof: string;
  readonly reason: string | null;
}

async function rows(container: string, before: readonly string[] = []): Promise<Record<string, Row>> {
  const look = [...before, process.execPath, DBG, 'veth', container, '--json'];
  const { stdout } = await execa(look[0]!, look.slice(1));
  return Object.fromEntries((JSON.parse(stdout) as Row[]).map((row) => [row.interface, row]));
}

const netnsOf = async (lab: Lab, container: string) => `/proc/${await lab.pid(container)}/ns/net`;
const pings = async (from: string, to: string) =>
  (await execa('docker', ['exec', from, 'ping', '-c', '1', '-W', '1', to], { reject: false })).exitCode === 0;

/** A device of the host that goes with the test. */
async function add(lab: Lab, name: string, rest: string): Promise<void> {
  await ip(`link add ${name} ${rest}`);
  lab.cleanUp(() => execa('ip', ['link', 'delete', name], { reject: false }));
}

describe('overlay networks', () => {
  test('of Swarm, an attached container and a service: found in the namespaces of the networks', async ({ lab }) => {
    const names = {
      network: lab.name('net'),
      web: lab.name('web'),
      other: lab.name('other'),
      service: lab.name('svc'),
    };
    await lab.docker('swarm', 'init', '--advertise-addr', '127.0.0.1');
    lab.cleanUp(async () => {
      await lab.docker('rm', '-f', names.web, names.other);
      await lab.docker('swarm', 'leave', '--force');
      await execa('docker', ['network', 'disconnect', '-f', 'docker_gwbridge', 'gateway_ingress-sbox'], {
        reject: false,
      });
      await lab.docker('network', 'rm', 'docker_gwbridge');
    });
    await lab.docker('network', 'create', '-d', 'overlay', '--attachable', names.network);
    const id = await lab.docker('network', 'inspect', '-f', '{{.Id}}', names.network);
    for (const name of [names.web, names.other]) {
      await lab.docker(
        'run',
        '-d',
        '--stop-timeout',
        '0',
        '--name',
        name,
        '--network',
        names.network,
        'busybox',
        'sleep',
        '3600',
      );
    }
    const found = Object.values(await rows(names.web));
    const overlay = found.find((row) => row.network === names.network)!;
    expect(overlay).toMatchObject({
      namespace: `/run/docker/netns/1-${id.slice(0, 10)}`,
      host_device: expect.stringMatching(/^veth\d+$/),
      proof: 'both ways',
    });
    expect(found.find((row) => row !== overlay)).toMatchObject({
      network: 'docker_gwbridge',
      namespace: null,
      proof: 'both ways',
    });

    // It is the one: with it down, and nothing else, the overlay network is out of reach.
    const address = await lab.docker(
      'inspect',
      '-f',
      `{{(index .NetworkSettings.Networks "${names.network}").IPAddress}}`,
      names.other,
    );
    expect(await pings(names.web, address)).toBe(true);
    const only = ['veth', names.web, '--network', names.network];
    expect((await dbg([...only, '--down'])).exitCode).toBe(0);
    expect(await pings(names.web, address)).toBe(false);
    expect((await dbg([...only, '--up'])).exitCode).toBe(0);
    await expect.poll(() => pings(names.web, address)).toBe(true);

    const service = ['service', 'create', '--name', names.service, '--network', names.network, '--publish', '8099:80'];
    await lab.docker(...service, '--detach', '--no-resolve-image', 'busybox', 'sleep', '3600');
    const task = () => lab.docker('ps', '-q', '--filter', `label=com.docker.swarm.service.name=${names.service}`);
    await expect.poll(task).not.toBe('');
    const three = Object.values(await rows(await task()));
    expect(three.map(({ proof }) => proof)).toEqual(['both ways', 'both ways', 'both ways']);
    expect(new Set(three.map(({ network }) => network))).toEqual(
      new Set(['docker_gwbridge', 'ingress', names.network]),
    );
    expect(new Set(three.map(({ namespace }) => namespace)).size).toBe(3);
  });

  test('by hand: a namespace that a file holds, and no process', async ({ lab }) => {
    const container = await lab.run();
    const overlay = await pinned(lab, 'dbg-kinds-ov');
    await ipIn(overlay, 'link add br0 type bridge');
    await ipIn(overlay, `link add ov0 master br0 type veth peer name ov1 netns ${await lab.pid(container)}`);
    const found = await rows(container);
    expect(found['ov1']).toMatchObject({ host_device: 'ov0', namespace: overlay, proof: 'both ways' });
    expect(found['eth0']).toMatchObject({ namespace: null, proof: 'both ways' });

    await ipIn(overlay, 'link set ov0 up');
    // And cut there: ip knows this namespace by a name, and prints that in place of its number.
    const only = ['veth', container, '--interface', 'ov1'];
    for (const [change, state] of [
      ['--down', 'down'],
      ['--up', 'no carrier'],
    ] as const) {
      const { exitCode, stderr } = await dbg([...only, change]);
      expect([exitCode, stderr]).toEqual([0, '']);
      const after = await rows(container);
      expect([after['ov1']?.state, after['eth0']?.state]).toEqual([state, 'up']);
    }
  });

  test("in a mount namespace that is not dbg's, only the engine's: by way of the container's parent process", async ({
    lab,
  }) => {
    const container = await lab.run();
    const overlay = await pinned(lab, 'dbg-kinds-mnt');
    await ipIn(overlay, `link add ov0 type veth peer name ov1 netns ${await lab.pid(container)}`);
    const without = ['unshare', '-m', 'sh', '-c', 'umount "$1" && shift && exec "$@"', 'sh', overlay];
    expect((await rows(container, without))['ov1']).toMatchObject({
      host_device: 'ov0',
      namespace: expect.stringMatching(/^\/proc\/\d+\/root\/run\/netns\/dbg-kinds-mnt$/),
      proof: 'both ways',
    });
  });
});

describe('the built trap: both indexes agree, the namespace is another', () => {
  async function trap(lab: Lab, place: string, index: number): Promise<Record<string, Row>> {
    // Its eth0 is on the host, so that the host does know a number for its namespace.
    const container = await lab.run();
    const elsewhere = await namespaceHolder(lab);
    const pid = await lab.pid(container);
    await ipIn(place, `link add ov0 index ${index} type veth peer name ov1 index ${index - 1} netns ${pid}`);
    await add(lab, `dbg-x${index}`, `index ${index} type veth peer name x1 index ${index - 1} netns ${elsewhere}`);
    return rows(container);
  }

  test('and the peer is found where it is: with a process', async ({ lab }) => {
    const holder = `/proc/${await namespaceHolder(lab)}/ns/net`;
    expect((await trap(lab, holder, 7057))['ov1']).toMatchObject({
      host_device: 'ov0',
      namespace: holder,
      proof: 'both ways',
    });
  });

  test('held by a file', async ({ lab }) => {
    const file = await pinned(lab, 'dbg-kinds-trap');
    expect((await trap(lab, file, 7059))['ov1']).toMatchObject({
      host_device: 'ov0',
      namespace: file,
      proof: 'both ways',
    });
  });

  test('or nowhere: then there is no proof, and nothing is done', async ({ lab }) => {
    // A namespace that only an open descriptor holds: neither a process nor a file shows it.
    const container = await lab.run();
    const pid = await lab.pid(container);
    const elsewhere = await namespaceHolder(lab);
    const file = await pinned(lab, 'dbg-kinds-fd');
    const holder = execa('sh', ['-c', 'exec 3<"$1"; umount -l "$1"; echo; exec sleep 3600', 'sh', file], {
      reject: false,
    });
    lab.cleanUp(async () => (holder.kill('SIGKILL'), await holder));
    const fd = `/proc/${holder.pid}/fd/3`;
    await expect.poll(() => ipIn(fd, 'link').catch(() => '')).not.toBe('');
    await ipIn(fd, `link add ov0 index 7061 type veth peer name ov1 index 7060 netns ${pid}`);
    await add(lab, 'dbg-x7061', `index 7061 type veth peer name x1 index 7060 netns ${elsewhere}`);
    expect((await rows(container))['ov1']).toMatchObject({ host_device: null, proof: 'none' });
    const { exitCode, stderr } = await dbg(['veth', container, '--down', '--interface', 'ov1']);
    expect(exitCode).toBe(125);
    expect(stderr).toContain("the peer of ov1 is in another network namespace than the host's");
    expect(stderr).toContain('index 7061 is dbg-x7061 here, which is not it');
    expect(await ip('link show dev ov0').catch(() => 'not here')).toBe('not here');
  });
});

describe('other engines', () => {
  test.for([
    ['a nested one', []],
    ['a rootless one', ['-U', '-r']],
  ] as const)('%s: its bridge is in the namespace of its process', async ([, options], { lab }) => {
    const container = await lab.run();
    const holder = `/proc/${await namespaceHolder(lab, ...options)}/ns/net`;
    await ipIn(holder, 'link add docker0 type bridge');
    await ipIn(holder, `link add vethin master docker0 type veth peer name eth7 netns ${await lab.pid(container)}`);
    expect((await rows(container))['eth7']).toMatchObject({
      host_device: 'vethin',
      namespace: holder,
      proof: 'both ways',
    });
  });

  test('a wire to a container in the container is not its way out', async ({ lab }) => {
    const container = await lab.run();
    const netns = await netnsOf(lab, container);
    const inner = await innerProcess(lab, container);
    await ipIn(netns, `link add vethin type veth peer name eth0 netns ${inner}`);
    expect((await rows(container))['vethin']).toMatchObject({
      proof: 'none',
      reason: `vethin leads to something within the container: its peer is in the network namespace of its process ${inner}`,
    });
  });

  test('engine 28 and Podman: eth0 has index 2 in every container', async ({ lab }) => {
    const [a, b] = [
      await lab.run('a', { options: ['--network', 'none'] }),
      await lab.run('b', { options: ['--network', 'none'] }),
    ];
    await add(lab, 'dbg28br', 'type bridge');
    for (const [container, device, index] of [
      [a, 'dbg28a', 2],
      [b, 'dbg28b', 2],
      [a, 'dbg28c', 3],
    ] as const) {
      const inside = `eth${index - 2} index ${index} netns ${await lab.pid(container)}`;
      await add(lab, device, `master dbg28br type veth peer name ${inside}`);
      await ipIn(await netnsOf(lab, container), `link set eth${index - 2} up`);
    }
    const sure = { namespace: null, proof: 'both ways' };
    expect(await rows(a)).toMatchObject({
      eth0: { ifindex: 2, host_device: 'dbg28a', ...sure },
      eth1: { ifindex: 3, host_device: 'dbg28c', ...sure },
    });
    expect(await rows(b)).toMatchObject({ eth0: { ifindex: 2, host_device: 'dbg28b', ...sure } });
  });

  test('the same index on both ends', async ({ lab }) => {
    const container = await lab.run();
    await add(lab, 'dbg-same', `index 7100 type veth peer name eth7 index 7100 netns ${await lab.pid(container)}`);
    expect((await rows(container))['eth7']).toMatchObject({
      ifindex: 7100,
      host_device: 'dbg-same',
      peer_ifindex: 7100,
      proof: 'both ways',
    });
  });
});

describe('no veth', () => {
  test('macvlan and macvtap: the parent is named, and where it is', async ({ lab }) => {
    const container = await lab.run();
    const pid = await lab.pid(container);
    const netns = await netnsOf(lab, container);
    const elsewhere = `/proc/${await namespaceHolder(lab)}/ns/net`;
    await add(lab, 'dbg-kinds-par', 'type veth peer name dbg-kinds-end');
    await ip(`link add mv0 link dbg-kinds-par netns ${pid} type macvlan`);
    await ip(`link add mt0 link dbg-kinds-par netns ${pid} type macvtap`);
    await ipIn(elsewhere, 'link add par0 type veth peer name par1');
    await ipIn(elsewhere, `link add mv1 link par0 netns ${pid} type macvlan`);
    await ipIn(netns, 'link add mv2 link eth0 type macvlan');
    for (const name of ['mv0', 'mt0', 'mv1', 'mv2']) await ipIn(netns, `link set ${name} up`);
    const found = await rows(container);
    for (const name of ['mv0', 'mt0', 'mv1', 'mv2']) expect(found[name]?.proof).toBe('none');
    const others = 'taking that one down would cut off everybody on it (dbg-kinds-par)';
    expect(found['mv0']?.reason).toBe(`mv0 is a macvlan on a device of the host: ${others}`);
    expect(found['mt0']?.reason).toBe(`mt0 is a macvtap on a device of the host: ${others}`);
    expect(found['mv1']?.reason).toContain("mv1 is a macvlan on a device of another network namespace than the host's");
    expect(found['mv2']?.reason).toBe('mv2 is a macvlan on eth0, a device inside the container');
  });

  test('tap, as slirp4netns and pasta make one', async ({ lab }) => {
    const container = await lab.run('c', { options: ['--network', 'none'] });
    const netns = await netnsOf(lab, container);
    await ipIn(netns, 'tuntap add dev tap0 mode tap');
    await ipIn(netns, 'link set tap0 up');
    expect((await rows(container))['tap0']).toMatchObject({
      proof: 'none',
      reason: expect.stringContaining('its other end is a program (slirp4netns, pasta, a VPN)'),
    });
  });
});
